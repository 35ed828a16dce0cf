import { Readable } from 'node:stream'
import { exportAudit, exportOrgAuditLog, getAuditKey, listAuditCheckpoints, listAuditEvents } from '@stoa/contracts'
import type { FastifyReply } from 'fastify'
import { findHead } from '../../../kit/audit/read-events.js'
import type { Http } from '../../../kit/http/server.js'
import { exportCsv, exportForHub, exportJsonLines } from '../audit/export-chain.js'
import { findReadableChain, type ReadableChain } from '../audit/find-chain.js'
import { toFilter, viewEvents } from '../audit/search-events.js'
import type { SigningKey } from '../audit/signing-key.js'
import type { GovernanceDeps } from '../deps.js'
import { listCheckpoints } from '../queries/checkpoints.js'

export interface AuditRouteDeps extends GovernanceDeps {
  readonly key: SigningKey
}

/** Reading the chains: search, export, checkpoints. */
export function bindAudit(http: Http, deps: AuditRouteDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(listAuditEvents, async ({ actor, query }) => {
    const { chain } = await findReadableChain(deps, actor, query.chain)
    const filter = await toFilter(deps, { ...query, chain })
    const found = await viewEvents(deps, filter, { order: 'desc', beforeSeq: query.cursor, limit: query.limit + 1 })
    const events = found.slice(0, query.limit)
    const next = found.length > query.limit ? (events.at(-1)?.seq ?? null) : null
    const [head, [checkpoint]] = await Promise.all([findHead(deps.db, chain), listCheckpoints(deps.db, chain, 1)])
    return { events: [...events], next, lastSeq: head.seq, signedToSeq: checkpoint?.last_seq ?? 0 }
  })

  stoa.bind(exportAudit, async ({ actor, body, reply }) => {
    const found = await findReadableChain(deps, actor, body.chain)
    const { format, ...search } = body
    const filter = await toFilter(deps, { ...search, chain: found.chain })
    await recordExport(deps, found, {
      format,
      action: body.action ?? null,
      from: body.from ?? null,
      to: body.to ?? null,
    })
    const text = format === 'csv' ? exportCsv(deps, filter) : exportJsonLines(deps, filter)
    const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl'
    return sendFile(reply, text, { type, name: `audit-${found.name}.${format}` })
  })

  stoa.bind(listAuditCheckpoints, async ({ actor, query }) => {
    const { chain } = await findReadableChain(deps, actor, query.chain)
    return { checkpoints: await listCheckpoints(deps.db, chain, query.limit) }
  })

  stoa.bind(getAuditKey, async () => ({ keyId: deps.key.keyId, publicKey: deps.key.publicPem }))

  http.scope('hub').bind(exportOrgAuditLog, async ({ actor, params, query, reply }) => {
    const found = await findReadableChain(deps, actor, params.name)
    const filter = await toFilter(deps, { chain: found.chain, action: query.q || undefined })
    await recordExport(deps, found, { format: 'json', action: query.q ?? null })
    return sendFile(reply, exportForHub(deps, filter), { type: 'application/json', name: `audit-${found.name}.json` })
  })
}

/** Who took a copy is itself in the chain. */
async function recordExport(
  deps: GovernanceDeps,
  { chain, name }: ReadableChain,
  after: Readonly<Record<string, string | null>>,
): Promise<void> {
  const target = { type: 'audit_chain', id: chain, name }
  await deps.write((tx) => deps.audit.record(tx, { chain, action: 'audit.export', target, after }))
}

function sendFile(
  reply: FastifyReply,
  text: AsyncGenerator<string>,
  { type, name }: { readonly type: string; readonly name: string },
): FastifyReply {
  return reply
    .type(type)
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename="${name.replace(/[^\w.-]/g, '_')}"`)
    .send(Readable.from(text, { objectMode: false }))
}
