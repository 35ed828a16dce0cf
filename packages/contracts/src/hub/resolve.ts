import { z } from 'zod'
import { type ErrorCode } from '../errors/registry.js'
import { route } from '../define.js'
import { namedRevision, pathParams, queryFlag } from './scalars.js'

const MAX_SEGMENT = 200
const MAX_WILDCARD = 4000
const segment = z.string().min(1).max(MAX_SEGMENT)

const webFileParams = z.object({
  namespace: segment,
  name: segment,
  rev: namedRevision,
  '*': z.string().max(MAX_WILDCARD),
})
const errors: readonly ErrorCode[] = [
  'RepoNotFound',
  'RevisionNotFound',
  'EntryNotFound',
  'GatedRepo',
  'RangeNotSatisfiable',
]
const query = z.object({ download: queryFlag, noContentDisposition: queryFlag })

type FileVerb = 'resolve' | 'raw'

function fileRoute<const Prefix extends string>(verb: FileVerb, prefix: Prefix, type: string) {
  return route({
    id: `hub.${verb}.${type}`,
    family: 'hub',
    method: 'GET',
    path: `${prefix}/:namespace/:name/${verb}/:rev/*`,
    summary: verb === 'resolve' ? `Bytes of a file of a ${type}` : `Bytes as git stores them, of a ${type}`,
    auth: 'optional',
    rate: 'resolvers',
    params: webFileParams,
    query,
    errors,
  })
}

/** `GET` and `HEAD` of a file by repository type; `HEAD` carries every header itself (hub-api 1.29–1.30, hub-api-2x §2). */
export const resolveFile = {
  model: fileRoute('resolve', '', 'model'),
  dataset: fileRoute('resolve', '/datasets', 'dataset'),
  space: fileRoute('resolve', '/spaces', 'space'),
  kernel: fileRoute('resolve', '/kernels', 'kernel'),
} as const

/** A large file gives its pointer's text here (hub-api 1.31). */
export const rawFile = {
  model: fileRoute('raw', '', 'model'),
  dataset: fileRoute('raw', '/datasets', 'dataset'),
  space: fileRoute('raw', '/spaces', 'space'),
  kernel: fileRoute('raw', '/kernels', 'kernel'),
} as const

/** The same bytes at a commit id, cacheable for ever (hub-api 1.32). */
export const resolveCached = route({
  id: 'hub.resolve-cache',
  family: 'hub',
  method: 'GET',
  path: '/api/resolve-cache/:kind/:namespace/:name/:rev/*',
  summary: 'Bytes of a file at a commit',
  auth: 'optional',
  rate: 'resolvers',
  params: pathParams,
  query,
  errors,
})

const legacyErrors: readonly ErrorCode[] = ['RepoNotFound', 'NotFound']

/** Ids without a namespace (`gpt2`) name nothing here, but must be answered as a missing repository (hub-api, reading aid). */
export const legacyResolve = route({
  id: 'hub.legacy.resolve',
  family: 'hub',
  method: 'GET',
  path: '/:name/resolve/:rev/*',
  summary: 'A file of a repository without a namespace: not found',
  auth: 'optional',
  params: z.object({ name: segment, rev: namedRevision, '*': z.string().max(MAX_WILDCARD) }),
  errors: legacyErrors,
})

const legacyParams = z.object({ kind: segment, '*': z.string().max(MAX_WILDCARD) })

export const legacyApiRead = route({
  id: 'hub.legacy.read',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/*',
  summary: 'A repository without a namespace: not found',
  auth: 'optional',
  params: legacyParams,
  errors: legacyErrors,
})

export const legacyApiWrite = route({
  id: 'hub.legacy.write',
  family: 'hub',
  method: 'POST',
  path: '/api/:kind/*',
  summary: 'A repository without a namespace: not found',
  auth: 'optional',
  params: legacyParams,
  errors: legacyErrors,
})
