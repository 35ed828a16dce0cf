import { z } from 'zod'
import { route } from '../define.js'
import { dateText, queryFlag, queryInt, repoParams, repoType, sha256Text } from './scalars.js'

const MAX_DELETIONS = 1000

/** A large file a repository holds, whatever refs name it. `fileOid` is the id deletions take, `oid` the SHA-256. */
const lfsFile = z.object({
  fileOid: z.string(),
  oid: sha256Text,
  size: z.number(),
  pushedAt: dateText,
  filename: z.string(),
  ref: z.string().optional(),
  xetHash: z.string().optional(),
})

export const listLfsFiles = route({
  id: 'hub.lfs-files.list',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/lfs-files',
  summary: 'Large files of a repository across all refs',
  auth: 'user',
  params: repoParams,
  query: z.object({ cursor: z.string().max(400).optional(), limit: queryInt(1, 1000, 1000) }),
  response: z.array(lfsFile),
  errors: ['RepoNotFound', 'Forbidden'],
})

export const deleteLfsFiles = route({
  id: 'hub.lfs-files.delete-batch',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/lfs-files/batch',
  summary: 'Delete large files for good, and by wish their pointers from history',
  auth: 'write',
  params: repoParams,
  body: z.object({
    deletions: z.object({
      sha: z.array(z.string().max(64)).max(MAX_DELETIONS),
      rewriteHistory: z.boolean().nullish(),
    }),
  }),
  response: z.object({ success: z.boolean(), processed: z.number(), succeeded: z.number() }),
  errors: ['RepoNotFound', 'Forbidden', 'InsufficientScope'],
})

export const deleteLfsFile = route({
  id: 'hub.lfs-files.delete',
  family: 'hub',
  method: 'DELETE',
  path: '/api/:kind/:namespace/:name/lfs-files/:sha',
  summary: 'Delete one large file for good',
  auth: 'write',
  params: repoParams.extend({ sha: z.string().max(64) }),
  query: z.object({ rewriteHistory: queryFlag }),
  response: z.object({}),
  errors: ['RepoNotFound', 'EntryNotFound', 'Forbidden', 'InsufficientScope'],
})

const MAX_SHARED = 500

/** Lets another repository hold large files of this one, so that a commit there may name them (hub-api 1.49). */
export const shareLfsFiles = route({
  id: 'hub.lfs-files.duplicate',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/lfs-files/duplicate',
  summary: 'Copy large files to another repository without sending them again',
  auth: 'write',
  params: repoParams,
  body: z.object({
    target: z.object({ type: repoType, name: z.string().min(1).max(200) }),
    files: z
      .array(
        z.object({
          xetHash: z.string().max(64).nullish(),
          sha256: sha256Text,
          filename: z.string().max(1000).nullish(),
        }),
      )
      .max(MAX_SHARED),
  }),
  response: z.object({
    success: z.boolean(),
    processed: z.number(),
    succeeded: z.number(),
    failed: z.array(z.object({ xetHash: z.string().optional(), sha256: z.string(), error: z.string() })),
  }),
  errors: ['QuotaExceeded', 'RepoNotFound', 'GatedRepo', 'Forbidden', 'InsufficientScope'],
})
