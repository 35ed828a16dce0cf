import { z } from 'zod'
import { route } from '../define.js'

/** Kinds of stored things, in the order in which the collector looks at them. */
export const STORAGE_KINDS = [
  'gitObjects',
  'sentFiles',
  'largeFiles',
  'xetFiles',
  'xorbs',
  'gitBlobs',
  'largeFileBlobs',
  'uploadParts',
  'xorbBlobs',
] as const
export type StorageKind = (typeof STORAGE_KINDS)[number]

const tally = z.object({ count: z.number().int(), bytes: z.number() })

const collection = z.object({
  id: z.string(),
  dryRun: z.boolean(),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  /** What is looked at now. */
  stage: z.enum(STORAGE_KINDS).nullable(),
  kinds: z.array(
    z.object({
      kind: z.enum(STORAGE_KINDS),
      examined: z.number().int(),
      /** Named by nothing, but not for long enough. */
      waiting: tally,
      /** Gone; in a dry run: what would go now. */
      removed: tally,
    }),
  ),
})
export type StorageCollection = z.output<typeof collection>

const admin = { family: 'stoa', auth: 'admin' } as const
const refusals = ['Unauthorized', 'Forbidden', 'InsufficientScope'] as const
const params = z.object({ id: z.string().max(64) })

export const startCollection = route({
  ...admin,
  id: 'platform.storage.collections.start',
  method: 'POST',
  path: '/api/v1/platform/storage/collections',
  summary:
    'Looks for stored bytes that nothing names and removes those unnamed for long enough; a dry run only counts.',
  body: z.strictObject({ dryRun: z.boolean().default(false) }),
  response: collection,
  errors: refusals,
})

export const getCollection = route({
  ...admin,
  id: 'platform.storage.collections.get',
  method: 'GET',
  path: '/api/v1/platform/storage/collections/:id',
  summary: 'How far a collection is, and what it found.',
  params,
  response: collection,
  errors: [...refusals, 'NotFound'],
})

export const cancelCollection = route({
  ...admin,
  id: 'platform.storage.collections.cancel',
  method: 'DELETE',
  path: '/api/v1/platform/storage/collections/:id',
  summary: 'Ends a collection before its next batch; what is gone stays gone.',
  params,
  response: collection,
  errors: [...refusals, 'NotFound'],
})
const REPO_TYPES = ['model', 'dataset', 'space', 'kernel'] as const

const facts = z.object({
  /** Git data and every large file at its full size. */
  logicalBytes: z.number(),
  /** What is kept for it on disk, shared chunks counted once. */
  uniqueBytes: z.number(),
  /** The difference: what deduplication saves. */
  savedBytes: z.number(),
  gitBytes: z.number(),
  /** Null: not measured yet. */
  measuredAt: z.string().nullable(),
})
export type StorageFacts = z.output<typeof facts>

export const getRepoStorage = route({
  id: 'platform.storage.repo',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/platform/storage/repos/:type/:namespace/:name',
  summary: 'What a repository stores; for whoever may read it.',
  auth: 'optional',
  params: z.object({ type: z.enum(REPO_TYPES), namespace: z.string().max(200), name: z.string().max(200) }),
  response: facts,
  errors: ['RepoNotFound', 'GatedRepo'],
})

export const getAccountStorage = route({
  id: 'platform.storage.account',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/platform/storage/accounts/:account',
  summary: 'What an account stores in all; for itself, members of the organisation and the administrator.',
  auth: 'user',
  params: z.object({ account: z.string().max(200) }),
  response: facts,
  errors: ['Unauthorized', 'NotFound'],
})

const movement = z.object({ count: z.number().int(), bytes: z.number() })

export const getPlatformStorage = route({
  ...admin,
  id: 'platform.storage.totals',
  method: 'GET',
  path: '/api/v1/platform/storage',
  summary: 'What the whole platform stores, who stores most, and what its upkeep did last.',
  response: z.object({
    totals: facts.omit({ measuredAt: true }),
    /** Those who store most, by full size. */
    accounts: z.array(facts.extend({ name: z.string(), type: z.enum(['user', 'org']) })),
    /** Latest first. */
    collections: z.array(collection),
    /** Large files on their way from whole files into shared chunks. */
    chunks: z.object({ moved: movement, waiting: movement, givenUp: movement }),
  }),
  errors: refusals,
})
