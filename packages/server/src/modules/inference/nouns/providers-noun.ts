import { z } from 'zod'
import type { AuditEntry } from '../../../kit/audit/audit.js'
import type { Db, Tx } from '../../../kit/db/database.js'
import { type Change, describeDifference, type ManifestContext, type ManifestNoun } from '../../../kit/manifest/noun.js'
import type { InferenceDeps } from '../deps.js'
import { openKey, sealKey } from '../providers/seal-key.js'
import {
  deleteProvider,
  findProviderByName,
  listModelsOf,
  listProviders,
  type ProviderModel,
  type ProviderRow,
  replaceModels,
  upsertProvider,
} from '../queries/providers.js'

const MAX_MODELS = 1_000

const model = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.:-]+(\/[\w.:-]+)?$/, 'a name such as qwen-32b or lab/qwen-32b')
    .max(96),
  upstream: z.string().min(1).max(200).optional(),
  task: z.string().min(1).max(60).optional(),
})

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes')
    .max(60),
  baseUrl: z.url({ protocol: /^https?$/ }),
  key: z.string().min(1).max(2_000).optional(),
  models: z.array(model).max(MAX_MODELS).default([]),
})

export type ProviderItem = z.output<typeof schema>

/** `providers` of the manifest: outside, OpenAI-compatible upstreams. */
export function createProvidersNoun(deps: InferenceDeps, onChange: () => void): ManifestNoun<ProviderItem, null> {
  return {
    key: 'providers',
    identity: ['name'],
    schema,
    apply: (tx, item, context) => applyProvider(deps, tx, item, context, onChange),
    async remove(tx, item, context) {
      const row = await findProviderByName(tx, item.name)
      if (!row) return null
      await deleteProvider(tx, row.id)
      await recordProvider(deps, tx, row, { action: 'admin.provider.delete' })
      context.afterCommit(onChange)
      return { kind: 'remove', subject: `provider ${row.name}`, text: '' }
    },
    export: exportProviders,
  }
}

async function applyProvider(
  deps: InferenceDeps,
  tx: Tx,
  item: ProviderItem,
  context: ManifestContext,
  onChange: () => void,
): Promise<Change | null> {
  const before = await findProviderByName(tx, item.name)
  const id = before?.id ?? deps.ids.next()
  const models = item.models.map(toModel)
  const known = before ? await listModelsOf(tx, id) : []
  const isKeyChanged = item.key !== undefined && item.key !== readKey(deps, before)
  const text = before
    ? describeDifference(
        { baseUrl: before.baseUrl, models: known.map(show).sort(), key: '***' },
        { baseUrl: item.baseUrl, models: models.map(show).sort(), ...(isKeyChanged ? { key: '*** (new)' } : {}) },
      )
    : ''
  if (before && text === '') return null
  const keySealed = isKeyChanged ? sealKey(deps.instanceKey, id, item.key ?? '') : (before?.keySealed ?? null)
  const { name, baseUrl } = item
  const { now } = context
  await upsertProvider(tx, { id, name, baseUrl, keySealed, createdAt: before?.createdAt ?? now, updatedAt: now })
  await replaceModels(
    tx,
    id,
    models.map((one) => ({ ...one, id: deps.ids.next() })),
    now,
  )
  const after = { baseUrl, models: models.map(show), isKeyChanged }
  const action = before ? 'admin.provider.update' : 'admin.provider.create'
  await recordProvider(deps, tx, { id, name }, { action, after })
  context.afterCommit(onChange)
  return { kind: before ? 'update' : 'create', subject: `provider ${name}`, text }
}

function recordProvider(
  deps: InferenceDeps,
  tx: Tx,
  provider: Pick<ProviderRow, 'id' | 'name'>,
  change: Pick<AuditEntry, 'action' | 'after'>,
): Promise<void> {
  const { id, name } = provider
  return deps.audit.record(tx, { ...change, chain: 'platform', target: { type: 'provider', id, name } })
}

function toModel({ id, upstream, task }: ProviderItem['models'][number]): ProviderModel {
  return { model: id, upstream: upstream ?? id, task: task ?? 'text-generation' }
}

const show = ({ model: id, upstream, task }: ProviderModel): string => `${id} → ${upstream} (${task})`

function readKey(deps: InferenceDeps, row: ProviderRow | null): string | null {
  if (row?.keySealed == null) return null
  try {
    return openKey(deps.instanceKey, row.id, row.keySealed)
  } catch {
    return null
  }
}

async function exportProviders(db: Db): Promise<ProviderItem[]> {
  const items: ProviderItem[] = []
  for (const { id, name, baseUrl } of await listProviders(db)) {
    const models = await listModelsOf(db, id)
    items.push({ name, baseUrl, models: models.map(({ model: one, upstream, task }) => ({ id: one, upstream, task })) })
  }
  return items
}
