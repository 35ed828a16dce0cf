import { randomBytes } from 'node:crypto'
import { type AuditStreamView, createAuditStream, deleteAuditStream, listAuditStreams, refuse } from '@stoa/contracts'
import { findHead } from '../../../kit/audit/read-events.js'
import type { Http } from '../../../kit/http/server.js'
import { seal } from '../../../kit/seal.js'
import { findReadableChain } from '../audit/find-chain.js'
import type { GovernanceDeps } from '../deps.js'
import { deleteStream, insertStream, listStreams, type StreamRow } from '../queries/streams.js'
import { streamSealKey } from '../streams/run-streams.js'
import { splitAddress } from '../streams/send-events.js'

const SECRET_BYTES = 32

/** Where events go as they happen. Only an owner of the platform names a receiver; one that the settings do not open is never reached. */
export function bindStreams(http: Http, deps: GovernanceDeps): void {
  const stoa = http.scope('stoa')

  stoa.bind(listAuditStreams, async () => ({ streams: (await listStreams(deps.db)).map(showStream) }))

  stoa.bind(createAuditStream, async ({ actor, body, reply }) => {
    const { chain } = await findReadableChain(deps, actor, body.chain)
    checkAddress(body.kind, body.address)
    const id = deps.ids.next()
    const secret = body.kind === 'webhook' ? randomBytes(SECRET_BYTES).toString('base64url') : null
    const now = deps.clock.now()
    const head = await findHead(deps.db, chain)
    const stream: StreamRow = {
      id,
      chain,
      kind: body.kind,
      address: body.address,
      action: body.action,
      secretSealed: secret === null ? null : seal(streamSealKey(deps.instanceKey), Buffer.from(secret), id),
      sentSeq: head.seq,
      error: null,
      createdAt: now,
      dueAt: now,
    }
    await deps.write(async (tx) => {
      await insertStream(tx, stream)
      await recordStream(deps, tx, stream, 'audit.stream.create')
    })
    reply.header('cache-control', 'no-store')
    return { stream: showStream(stream), secret }
  })

  stoa.bind(deleteAuditStream, async ({ params }) => {
    await deps.write(async (tx) => {
      const stream = await deleteStream(tx, params.streamId)
      if (!stream) throw refuse('AuditStreamNotFound')
      await recordStream(deps, tx, stream, 'audit.stream.delete')
    })
  })
}

function checkAddress(kind: StreamRow['kind'], address: string): void {
  if (kind === 'webhook') {
    if (!/^https?:\/\/[^\s/@]+(\/\S*)?$/.test(address)) {
      throw refuse('InvalidRequest', 'A webhook is an http or https address without a user in it.')
    }
    return
  }
  try {
    splitAddress(address)
  } catch {
    throw refuse('InvalidRequest', 'An address of syslog is host:port.')
  }
}

async function recordStream(
  deps: GovernanceDeps,
  tx: Parameters<typeof deleteStream>[0],
  { id, chain, kind, address, action: part }: StreamRow,
  action: string,
): Promise<void> {
  const facts = { chain, kind, address, action: part }
  const change = action.endsWith('delete') ? { before: facts } : { after: facts }
  await deps.audit.record(tx, { chain: 'platform', action, target: { type: 'audit_stream', id }, ...change })
}

function showStream(stream: StreamRow): AuditStreamView {
  const { id, chain, kind, address, action, sentSeq, error, createdAt } = stream
  return { id, chain, kind, address, action, sentSeq, error, createdAt: createdAt.toISOString() }
}
