import { z } from 'zod'
import { route } from '../define.js'
import { revisionParams } from '../hub/scalars.js'

/** Hash text: four groups of 16 hex digits. */
const hashText = z.string().regex(/^[0-9a-f]{64}$/)
const store = z.string().max(32)
const prefix = z.enum(['default', 'default-merkledb'])
const MAX_XORB_BODY = 64 * 1024 * 1024
const MAX_SHARD_BODY = 64 * 1024 * 1024

const tokenAnswer = z.object({ accessToken: z.string(), exp: z.int(), casUrl: z.string() })
const createPr = z.object({ create_pr: z.string().optional() })

export const xetReadToken = route({
  id: 'hub.xet.read-token',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/xet-read-token/:rev',
  summary: 'A short token for reading large files of a repository',
  auth: 'optional',
  params: revisionParams,
  response: tokenAnswer,
  errors: ['RepoNotFound', 'RevisionNotFound', 'GatedRepo'],
})

export const xetWriteToken = route({
  id: 'hub.xet.write-token',
  family: 'hub',
  method: 'GET',
  path: '/api/:kind/:namespace/:name/xet-write-token/:rev',
  summary: 'A short token for sending large files to a repository',
  auth: 'user',
  params: revisionParams,
  query: createPr,
  response: tokenAnswer,
  errors: ['RepoNotFound', 'Forbidden', 'InsufficientScope'],
})

const cas = { family: 'xet', auth: 'none', rate: 'resolvers' } as const
const xorbParams = z.object({ store, prefix, hash: hashText })
const fileParams = z.object({ store, hash: hashText })

export const uploadXorb = route({
  ...cas,
  id: 'xet.xorbs.upload',
  method: 'POST',
  path: '/xet/:store/v1/xorbs/:prefix/:hash',
  summary: 'Stores a xorb after verifying every chunk and its name',
  params: xorbParams,
  bodyLimitBytes: MAX_XORB_BODY,
  response: z.object({ was_inserted: z.boolean() }),
  errors: ['QuotaExceeded', 'InvalidCredentials', 'XetInvalid', 'BodyTooLarge'],
})

export const headXorb = route({
  ...cas,
  id: 'xet.xorbs.head',
  method: 'HEAD',
  path: '/xet/:store/v1/xorbs/:prefix/:hash',
  summary: 'Size of a stored xorb',
  params: xorbParams,
  errors: ['InvalidCredentials', 'EntryNotFound'],
})

export const grantXorb = route({
  ...cas,
  id: 'xet.xorbs.grant',
  method: 'POST',
  path: '/xet/:store/v1/xorb-grants/:prefix/:hash',
  summary: 'Direct uploads are not offered: always 404, so that clients send xorbs here',
  params: xorbParams,
  errors: ['EntryNotFound'],
})

export const uploadShard = route({
  ...cas,
  id: 'xet.shards.upload',
  method: 'POST',
  path: '/xet/:store/v1/shards',
  summary: 'Registers files after rebuilding and hashing each of them',
  params: z.object({ store }),
  bodyLimitBytes: MAX_SHARD_BODY,
  response: z.object({ result: z.union([z.literal(0), z.literal(1)]) }),
  errors: ['QuotaExceeded', 'InvalidCredentials', 'XetInvalid', 'BodyTooLarge'],
})

export const queryChunk = route({
  ...cas,
  id: 'xet.chunks.query',
  method: 'GET',
  path: '/xet/:store/v1/chunks/:prefix/:hash',
  summary: 'Which stored xorbs of the same owner hold a chunk',
  params: xorbParams,
  errors: ['InvalidCredentials', 'EntryNotFound'],
})

const chunkRange = z.object({ start: z.int(), end: z.int() })
const term = z.object({ hash: hashText, unpacked_length: z.int(), range: chunkRange })

export const reconstructionV1 = route({
  ...cas,
  id: 'xet.reconstructions.v1',
  method: 'GET',
  path: '/xet/:store/v1/reconstructions/:hash',
  summary: 'How to rebuild a file or a range of it',
  params: fileParams,
  response: z.object({
    offset_into_first_range: z.int(),
    terms: z.array(term),
    fetch_info: z.record(hashText, z.array(z.object({ range: chunkRange, url: z.string(), url_range: chunkRange }))),
  }),
  errors: ['InvalidCredentials', 'EntryNotFound', 'RangeNotSatisfiable'],
})

export const reconstructionV2 = route({
  ...cas,
  id: 'xet.reconstructions.v2',
  method: 'GET',
  path: '/xet/:store/v2/reconstructions/:hash',
  summary: 'How to rebuild a file or a range of it, one address per range',
  params: fileParams,
  response: z.object({
    offset_into_first_range: z.int(),
    terms: z.array(term),
    xorbs: z.record(
      hashText,
      z.array(z.object({ url: z.string(), ranges: z.array(z.object({ chunks: chunkRange, bytes: chunkRange })) })),
    ),
  }),
  errors: ['InvalidCredentials', 'EntryNotFound', 'RangeNotSatisfiable'],
})

/** The signed address of one byte range of a xorb; it ignores `Authorization`. */
export const fetchXorb = route({
  ...cas,
  id: 'xet.xorbs.fetch',
  method: 'GET',
  path: '/xet/:store/fetch/:hash/:span',
  summary: 'One signed byte range of a xorb',
  params: z.object({ store, hash: hashText, span: z.string().regex(/^\d{1,9}-\d{1,9}$/) }),
  query: z.object({
    expires: z.string().regex(/^\d{1,12}$/),
    /** The place and the holder it was made for; it ends with their access. */
    for: z.string().max(250),
    signature: z.string().max(100),
  }),
  errors: ['XetLinkInvalid'],
})

export const xetTelemetry = route({
  ...cas,
  id: 'xet.telemetry',
  method: 'POST',
  path: '/xet/:store/v1/telemetry',
  summary: 'Figures a client sends about itself; dropped',
  params: z.object({ store }),
  errors: [],
})

/** hf_xet 1.7 and later drop the path of the store's address here, and wait for the answer (hub-api-2x §3). */
export const xetTelemetryAtRoot = route({
  ...cas,
  id: 'xet.telemetry.root',
  method: 'POST',
  path: '/v1/telemetry',
  summary: 'The same at the root, where newer clients send them',
  errors: [],
})
