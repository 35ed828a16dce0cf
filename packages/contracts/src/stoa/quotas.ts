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
