import { z } from 'zod'
import { route } from '../define.js'
import { LFS_PREFIXES, type LfsRepoType, lfsParams } from './paths.js'

/** Objects of one batch; clients send at most 256. */
export const MAX_BATCH_OBJECTS = 1000
const BATCH_BODY_BYTES = 2 * 1024 * 1024
/** Smallest and largest part a client may wish for. */
export const LFS_PART_RANGE = { min: 5 * 1024 * 1024, max: 512 * 1024 * 1024 } as const

const action = z.object({
  href: z.string(),
  header: z.record(z.string(), z.string()).optional(),
  expires_at: z.string().optional(),
})

const object = z.object({ oid: z.string().max(200), size: z.number().int().nonnegative() })

function batchRoute<const Prefix extends string>(prefix: Prefix, type: LfsRepoType) {
  return route({
    id: `lfs.batch.${type}`,
    family: 'lfs',
    method: 'POST',
    path: `${prefix}/:namespace/:repo/info/lfs/objects/batch`,
    summary: `Where to upload or download large files of a ${type}`,
    auth: 'optional',
    rate: 'git',
    params: lfsParams,
    body: z.object({
      operation: z.enum(['upload', 'download']),
      transfers: z.array(z.string().max(40)).max(20).nullish(),
      objects: z.array(object).max(MAX_BATCH_OBJECTS),
      ref: z.object({ name: z.string().max(400) }).nullish(),
      hash_algo: z.string().max(20).nullish(),
      /** Bytes of a part that a client wishes for, so that a cut costs it little; ours, other servers ignore it. */
      part_bytes: z.number().int().min(LFS_PART_RANGE.min).max(LFS_PART_RANGE.max).nullish(),
    }),
    response: z.object({
      transfer: z.enum(['basic', 'multipart', 'xet']),
      objects: z.array(
        z.object({
          oid: z.string(),
          size: z.number(),
          authenticated: z.boolean().optional(),
          actions: z
            .object({ upload: action.optional(), verify: action.optional(), download: action.optional() })
            .optional(),
          error: z.object({ code: z.number(), message: z.string() }).optional(),
        }),
      ),
    }),
    errors: ['QuotaExceeded', 'RepoNotFound', 'GatedRepo', 'Forbidden', 'Unauthorized', 'InsufficientScope'],
    bodyLimitBytes: BATCH_BODY_BYTES,
  })
}

/** The LFS batch API by repository type (hub-api 1.20). */
export const lfsBatch = {
  model: batchRoute(LFS_PREFIXES.model, 'model'),
  dataset: batchRoute(LFS_PREFIXES.dataset, 'dataset'),
  space: batchRoute(LFS_PREFIXES.space, 'space'),
  kernel: batchRoute(LFS_PREFIXES.kernel, 'kernel'),
} as const

function verifyRoute<const Prefix extends string>(prefix: Prefix, type: LfsRepoType) {
  return route({
    id: `lfs.verify.${type}`,
    family: 'lfs',
    method: 'POST',
    path: `${prefix}/:namespace/:repo/info/lfs/verify`,
    summary: `Whether a large file of a ${type} has arrived whole`,
    auth: 'optional',
    rate: 'git',
    params: lfsParams,
    body: object,
    response: z.object({ oid: z.string(), size: z.number() }),
    errors: ['RepoNotFound', 'LfsObjectMissing', 'Forbidden', 'Unauthorized', 'InsufficientScope'],
  })
}

export const lfsVerify = {
  model: verifyRoute(LFS_PREFIXES.model, 'model'),
  dataset: verifyRoute(LFS_PREFIXES.dataset, 'dataset'),
  space: verifyRoute(LFS_PREFIXES.space, 'space'),
  kernel: verifyRoute(LFS_PREFIXES.kernel, 'kernel'),
} as const
