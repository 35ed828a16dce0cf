import { z } from 'zod'
import { route } from '../define.js'
import { dateText, gitOid, pathParams, queryFlag, queryInt, queryList, revisionParams } from './scalars.js'

const MAX_PATHS = 1000
const PATHS_BODY_BYTES = 4 * 1024 * 1024

/** Entries of a tree page: plain, and with the last commit of each. */
export const TREE_PAGE = 1000
export const TREE_PAGE_EXPANDED = 50

/** One file or folder of a tree (hub-api 1.34). `oid` of a large file is the id of its pointer. */
export const treeEntry = z.object({
  type: z.enum(['file', 'directory']),
  oid: gitOid,
  size: z.number(),
  path: z.string(),
  lfs: z.object({ oid: z.string(), size: z.number(), pointerSize: z.number() }).optional(),
  xetHash: z.string().optional(),
  lastCommit: z.object({ id: gitOid, title: z.string(), date: dateText }).optional(),
  securityFileStatus: z.looseObject({ status: z.string() }).optional(),
})
export type TreeEntryJson = z.infer<typeof treeEntry>

const treeQuery = z.object({
  recursive: queryFlag,
  expand: queryFlag,
  limit: queryInt(1, TREE_PAGE, 0),
  cursor: z.string().max(4000).optional(),
})

const tree = {
  family: 'hub',
  method: 'GET',
  auth: 'optional',
  rate: 'api',
  query: treeQuery,
  response: z.array(treeEntry),
  errors: ['RepoNotFound', 'RevisionNotFound', 'EntryNotFound', 'GatedRepo'],
} as const

export const listRootTree = route({
  ...tree,
  id: 'hub.tree.root',
  path: '/api/:kind/:namespace/:name/tree/:rev',
  summary: 'List the files of a repository at a revision',
  params: revisionParams,
})

export const listTree = route({
  ...tree,
  id: 'hub.tree.path',
  path: '/api/:kind/:namespace/:name/tree/:rev/*',
  summary: 'List the files of a folder at a revision',
  params: pathParams,
})

/** Python sends a form, JavaScript JSON; the handler reads both (hub-api 1.35). */
export const pathsInfoBody = z.object({
  paths: z.union([z.string(), z.array(z.string()).max(MAX_PATHS)]),
  expand: z.union([z.boolean(), z.string()]).nullish(),
})

export const pathsInfo = route({
  id: 'hub.tree.paths-info',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/:namespace/:name/paths-info/:rev',
  summary: 'Facts of the given paths; missing ones are left out',
  auth: 'optional',
  params: revisionParams,
  response: z.array(treeEntry),
  errors: ['RepoNotFound', 'RevisionNotFound', 'GatedRepo'],
  bodyLimitBytes: PATHS_BODY_BYTES,
})

const treeSizeBase = {
  family: 'hub',
  method: 'GET',
  auth: 'optional',
  response: z.object({ path: z.string(), size: z.number() }),
  errors: ['RepoNotFound', 'RevisionNotFound', 'EntryNotFound', 'GatedRepo'],
} as const

export const rootTreeSize = route({
  ...treeSizeBase,
  id: 'hub.tree.size.root',
  path: '/api/:kind/:namespace/:name/treesize/:rev',
  summary: 'Bytes of all files at a revision, large files included',
  params: revisionParams,
})

export const treeSize = route({
  ...treeSizeBase,
  id: 'hub.tree.size',
  path: '/api/:kind/:namespace/:name/treesize/:rev/*',
  summary: 'Bytes of all files under a path, large files included',
  params: pathParams,
})

/** A commit as lists show it. */
export const commitSummary = z.object({
  id: gitOid,
  title: z.string(),
  message: z.string(),
  authors: z.array(z.object({ user: z.string(), avatar: z.string().optional() })),
  date: dateText,
  formatted: z.object({ title: z.string(), message: z.string().optional() }).optional(),
})

/** Commits of a page: 1 to 1000, 50 unless asked. */
export const listCommits = route({
  id: 'hub.commits.list',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/commits/:rev',
  summary: 'History of a revision, newest first',
  auth: 'optional',
  params: revisionParams,
  query: z.object({
    p: queryInt(0, 1_000_000, 0),
    limit: queryInt(1, 1000, 50),
    expand: queryList,
    'expand[]': queryList,
    /** Only commits that changed this file or folder. */
    path: z.string().max(4000).optional(),
  }),
  response: z.array(commitSummary),
  errors: ['RepoNotFound', 'RevisionNotFound', 'GatedRepo'],
})

/** `:rev` is `base..head`; a base of git's empty tree shows everything as new. The answer is a unified diff as text. */
export const compareRevisions = route({
  id: 'hub.compare',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/compare/:rev',
  summary: 'Unified diff between two revisions',
  auth: 'optional',
  params: revisionParams,
  errors: ['RepoNotFound', 'RevisionNotFound', 'InvalidRequest', 'GatedRepo'],
})
