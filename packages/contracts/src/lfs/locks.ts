import { z } from 'zod'
import { route } from '../define.js'
import { LFS_PREFIXES, type LfsRepoType, lfsParams } from './paths.js'

const lock = z.object({
  id: z.string(),
  path: z.string(),
  locked_at: z.string(),
  owner: z.object({ name: z.string() }),
})
const path = z.string().min(1).max(1000)
const errors = ['RepoNotFound', 'Forbidden', 'Unauthorized', 'InsufficientScope', 'LockExists', 'LockNotFound'] as const
const ref = z.object({ name: z.string().max(400) }).nullish()
const MAX_LOCKS = 1000
const limit = z.coerce.number().int().min(1).max(MAX_LOCKS).nullish()

function lockRoutes<const Prefix extends string>(prefix: Prefix, type: LfsRepoType) {
  const base = { family: 'lfs', auth: 'optional', rate: 'git', errors } as const
  return {
    create: route({
      ...base,
      id: `lfs.locks.create.${type}`,
      method: 'POST',
      path: `${prefix}/:namespace/:repo/info/lfs/locks`,
      summary: 'Lock a path for oneself',
      params: lfsParams,
      body: z.object({ path, ref }),
      response: z.object({ lock }),
    }),
    list: route({
      ...base,
      id: `lfs.locks.list.${type}`,
      method: 'GET',
      path: `${prefix}/:namespace/:repo/info/lfs/locks`,
      summary: 'Locks of a repository',
      params: lfsParams,
      query: z.object({
        path: path.optional(),
        id: z.string().max(40).optional(),
        cursor: z.string().optional(),
        limit,
      }),
      response: z.object({ locks: z.array(lock), next_cursor: z.string().optional() }),
    }),
    verify: route({
      ...base,
      id: `lfs.locks.verify.${type}`,
      method: 'POST',
      path: `${prefix}/:namespace/:repo/info/lfs/locks/verify`,
      summary: 'Own locks and those of others, asked before a push',
      params: lfsParams,
      body: z.object({ ref, cursor: z.string().nullish(), limit }),
      response: z.object({ ours: z.array(lock), theirs: z.array(lock), next_cursor: z.string().optional() }),
    }),
    remove: route({
      ...base,
      id: `lfs.locks.delete.${type}`,
      method: 'POST',
      path: `${prefix}/:namespace/:repo/info/lfs/locks/:lockId/unlock`,
      summary: 'Give a lock back, or break one by force',
      params: lfsParams.extend({ lockId: z.string().max(40) }),
      body: z.object({ force: z.boolean().nullish(), ref }).nullish(),
      response: z.object({ lock }),
    }),
  } as const
}

/** The git-lfs file locking API by repository type. */
export const lfsLocks = {
  model: lockRoutes(LFS_PREFIXES.model, 'model'),
  dataset: lockRoutes(LFS_PREFIXES.dataset, 'dataset'),
  space: lockRoutes(LFS_PREFIXES.space, 'space'),
  kernel: lockRoutes(LFS_PREFIXES.kernel, 'kernel'),
} as const
