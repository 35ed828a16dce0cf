import { z } from 'zod'
import type { AuditEntry } from '../../../kit/audit/audit.js'
import type { Db, Tx } from '../../../kit/db/database.js'
import {
  type Change,
  describeDifference,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import type { InferenceDeps } from '../deps.js'
import { FLAVORS } from '../endpoints/flavors.js'
import { deleteEndpoint, type Endpoint, findEndpoint, listEndpoints, upsertEndpoint } from '../queries/endpoints.js'

const MAX_EXPORTED = 10_000

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][\w.-]*$/i, 'letters, digits, dots and dashes')
    .max(96),
  owner: z.string().min(1).max(96),
  repo: z.string().regex(/^[^/\s]+\/[^/\s]+$/, 'namespace/name'),
  revision: z.string().min(1).max(200).default('main'),
  runtime: z.enum(['llama', 'onnx']).optional(),
  flavor: z.enum(Object.keys(FLAVORS) as [string, ...string[]]).default('cpu-small'),
  minReplicas: z.number().int().min(0).max(1).default(0),
  maxReplicas: z.number().int().min(1).max(1).default(1),
  paused: z.boolean().default(false),
})

export type EndpointItem = z.output<typeof schema>

/** `endpoints` of the manifest: a repository served under a stable name. */
export function createEndpointsNoun(deps: InferenceDeps, onChange: () => void): ManifestNoun<EndpointItem, null> {
  return {
    key: 'endpoints',
    identity: ['owner', 'name'],
    schema,
    apply: (tx, item, context) => applyEndpoint(deps, tx, item, context, onChange),
    async remove(tx, item, context) {
      const endpoint = await findEndpoint(tx, item.owner, item.name)
      if (!endpoint) return null
      await deleteEndpoint(tx, endpoint.id)
      await recordEndpoint(deps, tx, endpoint, { action: 'model.undeploy', before: factsOf(endpoint) })
      context.afterCommit(onChange)
      return { kind: 'remove', subject: `endpoint ${item.owner}/${item.name}`, text: '' }
    },
    export: exportEndpoints,
  }
}

async function applyEndpoint(
  deps: InferenceDeps,
  tx: Tx,
  item: EndpointItem,
  context: ManifestContext,
  onChange: () => void,
): Promise<Change | null> {
  const owner = await deps.accounts.findAccount(tx, item.owner)
  if (!owner) throw itemProblem(['owner'], `no account "${item.owner}"`)
  const repo = await deps.repos.findByName(tx, item.repo)
  if (!repo) throw itemProblem(['repo'], `no model "${item.repo}"`)
  const before = await findEndpoint(tx, item.owner, item.name)
  const endpoint: Endpoint = {
    id: before?.id ?? deps.ids.next(),
    ownerId: owner.id,
    ownerName: owner.name,
    name: item.name,
    repoId: repo.id,
    repoName: repo.fullName,
    revision: item.revision,
    runtime: item.runtime ?? null,
    flavor: item.flavor,
    minReplicas: item.minReplicas,
    maxReplicas: item.maxReplicas,
    state: item.paused ? 'paused' : 'running',
    createdAt: before?.createdAt ?? context.now,
    updatedAt: context.now,
  }
  const text = before ? describeDifference(factsOf(before), factsOf(endpoint)) : ''
  if (before && text === '') return null
  await upsertEndpoint(tx, endpoint)
  const facts = before ? { before: factsOf(before), after: factsOf(endpoint) } : { after: factsOf(endpoint) }
  await recordEndpoint(deps, tx, endpoint, { action: 'model.deploy', ...facts })
  context.afterCommit(onChange)
  return { kind: before ? 'update' : 'create', subject: `endpoint ${owner.name}/${item.name}`, text }
}

function factsOf({ repoName, revision, runtime, flavor, minReplicas, maxReplicas, state }: Endpoint) {
  return { repo: repoName, revision, runtime, flavor, minReplicas, maxReplicas, state }
}

async function recordEndpoint(
  deps: InferenceDeps,
  tx: Tx,
  endpoint: Endpoint,
  change: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Promise<void> {
  const { id, ownerId, ownerName, name } = endpoint
  await deps.audit.record(tx, {
    ...change,
    chain: ownerId,
    target: { type: 'endpoint', id, name: `${ownerName}/${name}` },
  })
}

async function exportEndpoints(db: Db): Promise<EndpointItem[]> {
  const endpoints = await listEndpoints(db, MAX_EXPORTED)
  return endpoints.map(({ name, ownerName, repoName, revision, runtime, flavor, minReplicas, maxReplicas, state }) => ({
    ...{
      name,
      owner: ownerName,
      repo: repoName,
      revision,
      flavor,
      minReplicas,
      maxReplicas,
      paused: state === 'paused',
    },
    ...(runtime === null ? {} : { runtime }),
  }))
}
