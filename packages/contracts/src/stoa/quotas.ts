import { z } from 'zod'
import { route } from '../define.js'

/** Bytes used and allowed; `limit` null is no limit. */
const share = z.object({ used: z.number(), limit: z.number().nullable() })

export const getStorage = route({
  id: 'accounts.storage',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/:name/storage',
  summary: 'What an account stores and what it may store, for those who see its repositories; `me` is one’s own',
  auth: 'user',
  params: z.object({ name: z.string().min(1).max(96) }),
  response: z.object({
    account: z.string(),
    public: share,
    private: share,
    /** Repositories and buckets. */
    repositories: share,
  }),
  errors: ['AccountNotFound'],
})
export type StorageShare = z.infer<typeof share>

/** Null says nothing: what holds for the plan, or for everybody, holds. */
const limit = z.number().int().min(-1).max(Number.MAX_SAFE_INTEGER).nullable()
const quotaView = z.object({
  /** -1 is no limit. */
  publicBytes: limit,
  privateBytes: limit,
  repositories: limit,
})

export const getAccountQuota = route({
  id: 'platform.quotas.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/platform/quotas/:account',
  summary: 'What is said of the quota of this account alone.',
  auth: 'admin',
  params: z.object({ account: z.string().min(1).max(96) }),
  response: quotaView,
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'],
})

export const setAccountQuota = route({
  id: 'platform.quotas.set',
  family: 'stoa',
  method: 'PUT',
  path: '/api/v1/platform/quotas/:account',
  summary:
    'Says how much this account may store; when nothing is said, what holds for its plan or for everybody holds.',
  auth: 'admin',
  params: z.object({ account: z.string().min(1).max(96) }),
  body: z.strictObject({ publicBytes: limit, privateBytes: limit, repositories: limit }),
  response: quotaView,
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'],
})
