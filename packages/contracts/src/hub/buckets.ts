import { z } from 'zod'
import { route } from '../define.js'
import { dateText, queryFlag, queryInt, repoType } from './scalars.js'

/** Operations of one batch, and paths of one look-up. */
export const MAX_BUCKET_OPERATIONS = 1000
/** Entries of a tree page. */
export const MAX_BUCKET_PAGE = 5000
const DEFAULT_PAGE = 1000
/** 1000 operations with paths of 1000 characters, written as JSON escapes. */
export const MAX_BATCH_BYTES = 16 * 1024 * 1024
const PATHS_BODY_BYTES = 8 * 1024 * 1024
const MAX_SEGMENT = 200
const MAX_WILDCARD = 12_000
const MAX_CURSOR = 12_000

const segment = z.string().min(1).max(MAX_SEGMENT)
/** `:namespace` may be `me`. */
const bucketParams = z.object({ namespace: segment, name: segment })
const pathParams = bucketParams.extend({ '*': z.string().max(MAX_WILDCARD) })
const bucketVisibility = z.enum(['public', 'private'])

/** What lists and `GET` show of a bucket (hub-api 2.146). */
export const bucketInfo = z.object({
  _id: z.string(),
  id: z.string(),
  author: z.string(),
  private: z.boolean(),
  createdAt: dateText,
  updatedAt: dateText,
  size: z.number(),
  totalFiles: z.number(),
  repoType: z.literal('bucket'),
  cdnRegions: z.array(z.object({ provider: z.string(), region: z.string() })),
})
export type BucketInfo = z.infer<typeof bucketInfo>

/** Newer clients send `visibility`, older ones `private`; without both the account's default decides (hub-api-2x O10). */
export const createBucket = route({
  id: 'hub.buckets.create',
  family: 'hub',
  method: 'POST',
  path: '/api/buckets/:namespace/:name',
  summary: 'Create a bucket',
  auth: 'write',
  params: bucketParams,
  body: z
    .object({
      visibility: bucketVisibility.nullish(),
      private: z.boolean().nullish(),
      resourceGroupId: z.string().max(100).nullish(),
      region: z.string().max(20).nullish(),
    })
    .nullish(),
  response: z.object({ url: z.string(), name: z.string(), id: z.string() }),
  errors: ['QuotaExceeded', 'RepoExists', 'InvalidRepoName', 'Forbidden', 'InsufficientScope'],
})

export const getBucket = route({
  id: 'hub.buckets.get',
  family: 'hub',
  method: 'GET',
  path: '/api/buckets/:namespace/:name',
  summary: 'Facts of a bucket: size, number of files, visibility',
  auth: 'optional',
  params: bucketParams,
  response: bucketInfo,
  errors: ['RepoNotFound'],
})

export const listBuckets = route({
  id: 'hub.buckets.list',
  family: 'hub',
  method: 'GET',
  path: '/api/buckets/:namespace',
  summary: 'Buckets of an account that the caller may read; `me` is the caller',
  auth: 'optional',
  params: z.object({ namespace: segment }),
  query: z.object({
    search: z.string().max(200).optional(),
    limit: queryInt(1, 1000, 500),
    cursor: z.string().max(100).optional(),
  }),
  response: z.array(bucketInfo),
  errors: ['NotFound', 'Unauthorized'],
})

export const deleteBucket = route({
  id: 'hub.buckets.delete',
  family: 'hub',
  method: 'DELETE',
  path: '/api/buckets/:namespace/:name',
  summary: 'Delete a bucket with its files',
  auth: 'write',
  params: bucketParams,
  response: z.object({ deleted: z.boolean() }),
  errors: ['RepoNotFound', 'Forbidden', 'InsufficientScope'],
})

export const updateBucketSettings = route({
  id: 'hub.buckets.settings',
  family: 'hub',
  method: 'PUT',
  path: '/api/buckets/:namespace/:name/settings',
  summary: 'Change the visibility of a bucket',
  auth: 'write',
  params: bucketParams,
  body: z.object({ private: z.boolean().nullish(), visibility: bucketVisibility.nullish() }),
  response: z.object({ private: z.boolean(), visibility: bucketVisibility }),
  errors: ['QuotaExceeded', 'RepoNotFound', 'Forbidden', 'InsufficientScope'],
})

const bucketFile = z.object({
  type: z.literal('file'),
  path: z.string(),
  size: z.number(),
  xetHash: z.string(),
  mtime: dateText.optional(),
  uploadedAt: dateText,
  contentType: z.string().optional(),
})
const bucketDirectory = z.object({ type: z.literal('directory'), path: z.string(), uploadedAt: dateText })
export const bucketEntry = z.discriminatedUnion('type', [bucketFile, bucketDirectory])
export type BucketEntry = z.infer<typeof bucketEntry>
export type BucketFileJson = z.infer<typeof bucketFile>

/** Unlike trees of repositories, these are recursive unless told otherwise (hub-api trap 20). */
const recursiveByDefault = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => !/^(false|0|no|off)$/i.test(String((Array.isArray(value) ? value.at(-1) : value) ?? 'true')))

const tree = {
  family: 'hub',
  method: 'GET',
  auth: 'optional',
  query: z.object({
    recursive: recursiveByDefault,
    limit: queryInt(1, MAX_BUCKET_PAGE, DEFAULT_PAGE),
    cursor: z.string().max(MAX_CURSOR).optional(),
    sort: z.literal('path').optional(),
  }),
  response: z.array(bucketEntry),
  errors: ['RepoNotFound', 'InvalidRequest'],
} as const

export const listBucketRoot = route({
  ...tree,
  id: 'hub.buckets.tree.root',
  path: '/api/buckets/:namespace/:name/tree',
  summary: 'Files of a bucket in the order of their paths',
  params: bucketParams,
})

export const listBucketTree = route({
  ...tree,
  id: 'hub.buckets.tree',
  path: '/api/buckets/:namespace/:name/tree/*',
  summary: 'Files of a bucket whose path begins with a text',
  params: pathParams,
})

export const bucketPathsInfo = route({
  id: 'hub.buckets.paths-info',
  family: 'hub',
  method: 'POST',
  path: '/api/buckets/:namespace/:name/paths-info',
  summary: 'Facts of the given files; missing ones are left out',
  auth: 'optional',
  params: bucketParams,
  body: z.object({ paths: z.array(z.string()).max(MAX_BUCKET_OPERATIONS) }),
  response: z.array(bucketFile),
  errors: ['RepoNotFound'],
  bodyLimitBytes: PATHS_BODY_BYTES,
})

const path = z.string()
const fileFacts = {
  path,
  xetHash: z.string(),
  /** Milliseconds since 1970. */
  mtime: z.number().nullish(),
  contentType: z.string().nullish(),
}

/** One line of a batch (hub-api 2.152). */
export const bucketOperation = z.discriminatedUnion('type', [
  z.object({ type: z.literal('addFile'), ...fileFacts }),
  z.object({
    type: z.literal('copyFile'),
    ...fileFacts,
    sourceRepoType: repoType.or(z.literal('bucket')),
    sourceRepoId: z.string().max(2 * MAX_SEGMENT),
  }),
  z.object({ type: z.literal('deleteFile'), path }),
])
export type BucketOperation = z.infer<typeof bucketOperation>

/** The body is NDJSON. 200 when at least one operation went through, 422 when none did (hub-api-2x O12). */
export const batchBucketFiles = route({
  id: 'hub.buckets.batch',
  family: 'hub',
  method: 'POST',
  path: '/api/buckets/:namespace/:name/batch',
  summary: 'Add, copy and delete files of a bucket in one step',
  auth: 'write',
  params: bucketParams,
  response: z.object({
    success: z.boolean(),
    processed: z.number(),
    succeeded: z.number(),
    failed: z.array(z.object({ path: z.string(), error: z.string() })),
  }),
  errors: ['QuotaExceeded', 'RepoNotFound', 'InvalidRequest', 'BodyTooLarge', 'Forbidden', 'InsufficientScope'],
  bodyLimitBytes: MAX_BATCH_BYTES,
})

/** `GET` and `HEAD`; buckets have no revisions. */
export const resolveBucketFile = route({
  id: 'hub.buckets.resolve',
  family: 'hub',
  method: 'GET',
  path: '/buckets/:namespace/:name/resolve/*',
  summary: 'Bytes of a file of a bucket',
  auth: 'optional',
  rate: 'resolvers',
  params: pathParams,
  query: z.object({ download: queryFlag, noContentDisposition: queryFlag }),
  errors: ['RepoNotFound', 'EntryNotFound', 'RangeNotSatisfiable'],
})

/** Server-sent events `ready`, `changes`, `reset`, `reconnect` (hub-api-2x §5). */
export const followBucket = route({
  id: 'hub.buckets.events',
  family: 'hub',
  method: 'GET',
  path: '/api/buckets/:namespace/:name/events',
  summary: 'Changes of the files of a bucket as they happen',
  auth: 'optional',
  params: bucketParams,
  query: z.object({ cursor: z.string().max(100).optional(), since: z.string().max(40).optional() }),
  errors: ['RepoNotFound', 'InvalidRequest', 'RateLimited'],
})

const tokenAnswer = z.object({ accessToken: z.string(), exp: z.int(), casUrl: z.string() })

export const bucketReadToken = route({
  id: 'hub.buckets.xet-read-token',
  family: 'hub',
  method: 'GET',
  path: '/api/buckets/:namespace/:name/xet-read-token',
  summary: 'A short token for reading files of a bucket',
  auth: 'optional',
  params: bucketParams,
  response: tokenAnswer,
  errors: ['RepoNotFound'],
})

export const bucketWriteToken = route({
  id: 'hub.buckets.xet-write-token',
  family: 'hub',
  method: 'GET',
  path: '/api/buckets/:namespace/:name/xet-write-token',
  summary: 'A short token for sending files to a bucket',
  auth: 'user',
  params: bucketParams,
  response: tokenAnswer,
  errors: ['RepoNotFound', 'Forbidden', 'InsufficientScope'],
})
