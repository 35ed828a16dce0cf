import { z } from 'zod'
import { route } from '../define.js'
import { queryFlag, revisionParams } from './scalars.js'

/** Files of one preupload call; clients send at most 256. */
export const MAX_PREUPLOAD_FILES = 1000
const MAX_ATTRIBUTES_CHARS = 256 * 1024
const MAX_SAMPLE_CHARS = 2048
const PREUPLOAD_BODY_BYTES = 8 * 1024 * 1024
/** A commit body: many small files of at most 10 MB each, sent as base64. */
export const MAX_COMMIT_BODY_BYTES = 1024 * 1024 * 1024
const LEGACY_COMMIT_BODY_BYTES = 64 * 1024 * 1024

const commitQuery = z.object({ create_pr: queryFlag })

export const preupload = route({
  id: 'hub.commit.preupload',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/preupload/:rev',
  summary: 'Say for each file whether it travels in the commit or as a large file, and what stands there now',
  auth: 'user',
  params: revisionParams,
  query: commitQuery,
  body: z.object({
    files: z
      .array(
        z.object({
          path: z.string(),
          size: z.number().int().nonnegative(),
          sample: z.string().max(MAX_SAMPLE_CHARS).nullish(),
          sha: z.string().nullish(),
        }),
      )
      .max(MAX_PREUPLOAD_FILES),
    gitAttributes: z.string().max(MAX_ATTRIBUTES_CHARS).nullish(),
    gitIgnore: z.string().max(MAX_ATTRIBUTES_CHARS).nullish(),
  }),
  response: z.object({
    files: z.array(
      z.object({
        path: z.string(),
        uploadMode: z.enum(['lfs', 'regular']),
        shouldIgnore: z.boolean(),
        /** Git blob id of a regular file, SHA-256 of a large one. */
        oid: z.string().optional(),
      }),
    ),
    commitOid: z.string().optional(),
  }),
  errors: ['RepoNotFound', 'RevisionNotFound', 'InvalidPath', 'Forbidden'],
  bodyLimitBytes: PREUPLOAD_BODY_BYTES,
})

/** The body is NDJSON (`commit-lines`), read as a stream; clients before 2022 sent one JSON document. */
export const createCommit = route({
  id: 'hub.commit.create',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/commit/:rev',
  summary: 'Commit added, copied and deleted files',
  auth: 'user',
  params: revisionParams,
  query: commitQuery,
  response: z.object({
    success: z.boolean(),
    commitOid: z.string(),
    commitUrl: z.string(),
    hookOutput: z.string(),
    pullRequestUrl: z.string().optional(),
  }),
  errors: [
    'QuotaExceeded',
    'RepoNotFound',
    'RevisionNotFound',
    'EntryNotFound',
    'InvalidPath',
    'InvalidCommit',
    'InvalidCard',
    'LfsObjectMissing',
    'FileTooLarge',
    'RefConflict',
    'Forbidden',
  ],
  bodyLimitBytes: LEGACY_COMMIT_BODY_BYTES,
})

const path = z.string()
const lfsFields = { path, algo: z.string().nullish(), oid: z.string(), size: z.number().nullish() }

/** One line of a commit body (hub-api 4.4). Unknown keys of a value are let through, unknown line keys are refused. */
export const commitLine = z.discriminatedUnion('key', [
  z.object({
    key: z.literal('header'),
    value: z.object({
      summary: z.string(),
      description: z.string().nullish(),
      parentCommit: z.string().nullish(),
    }),
  }),
  z.object({
    key: z.literal('file'),
    value: z.object({
      path,
      content: z.string(),
      encoding: z.enum(['base64', 'utf-8']).nullish(),
      oldPath: path.nullish(),
    }),
  }),
  z.object({ key: z.literal('lfsFile'), value: z.object({ ...lfsFields, oldPath: path.nullish() }) }),
  z.object({
    key: z.literal('copyFile'),
    value: z.object({ path, srcPath: path, srcRevision: z.string().nullish() }),
  }),
  z.object({ key: z.literal('deletedFile'), value: z.object({ path }) }),
  z.object({ key: z.literal('deletedFolder'), value: z.object({ path }) }),
  z.object({ key: z.literal('deletedEntry'), value: z.object({ path }) }),
])
export type CommitLine = z.infer<typeof commitLine>

/** The one-document form of a commit. */
export const legacyCommit = z.object({
  summary: z.string(),
  description: z.string().nullish(),
  parentCommit: z.string().nullish(),
  files: z.array(z.object({ path, content: z.string(), encoding: z.enum(['base64', 'utf-8']).nullish() })).nullish(),
  lfsFiles: z.array(z.object(lfsFields)).nullish(),
  deletedEntries: z.array(z.object({ path })).nullish(),
})
