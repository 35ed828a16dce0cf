import { z } from 'zod'
import { route } from '../define.js'
import { sha256Text } from '../hub/scalars.js'

/** Signed addresses carry their authorisation here; any `Authorization` header is ignored (hub-api-2x §2). */
const signed = z.object({
  repo: z.string().max(64),
  size: z
    .string()
    .regex(/^\d{1,16}$/)
    .optional(),
  exp: z.string().regex(/^\d{1,12}$/),
  sig: z.string().max(128),
  /** Who asked for the address. */
  by: z.string().max(64).optional(),
  /** With which credential; an address ends with it. */
  cred: z.string().max(65).optional(),
})
const oidParams = z.object({ oid: sha256Text })
const MAX_PARTS = 10_000

export const uploadLfsObject = route({
  id: 'lfs.objects.put',
  family: 'storage',
  method: 'PUT',
  path: '/lfs/objects/:oid',
  summary: 'Upload a large file; it counts once its SHA-256 and size are right',
  auth: 'none',
  rate: 'resolvers',
  params: oidParams,
  query: signed,
  errors: ['QuotaExceeded', 'InvalidSignature', 'LfsHashMismatch', 'StorageFull'],
})

export const uploadLfsPart = route({
  id: 'lfs.objects.part',
  family: 'storage',
  method: 'PUT',
  path: '/lfs/objects/:oid/parts/:upload/:part',
  summary: 'Upload one part of a large file',
  auth: 'none',
  rate: 'resolvers',
  params: oidParams.extend({ upload: z.string().max(40), part: z.string().regex(/^\d{1,5}$/) }),
  query: signed,
  errors: ['InvalidSignature', 'LfsHashMismatch', 'StorageFull'],
})

export const completeLfsUpload = route({
  id: 'lfs.objects.complete',
  family: 'lfs',
  method: 'POST',
  path: '/lfs/objects/:oid/parts/:upload/complete',
  summary: 'Put the parts of a large file together and check its SHA-256',
  auth: 'none',
  rate: 'resolvers',
  params: oidParams.extend({ upload: z.string().max(40) }),
  query: signed,
  body: z.object({
    oid: z.string(),
    parts: z.array(z.object({ partNumber: z.number().int().min(1), etag: z.string().max(200) })).max(MAX_PARTS),
  }),
  response: z.object({ oid: z.string() }),
  errors: ['QuotaExceeded', 'InvalidSignature', 'LfsHashMismatch', 'StorageFull'],
  bodyLimitBytes: 4 * 1024 * 1024,
})

export const downloadLfsObject = route({
  id: 'lfs.objects.get',
  family: 'storage',
  method: 'GET',
  path: '/lfs/objects/:oid',
  summary: 'Bytes of a large file behind a signed address',
  auth: 'none',
  rate: 'resolvers',
  params: oidParams,
  query: signed,
  errors: ['InvalidSignature', 'LfsObjectMissing', 'RangeNotSatisfiable'],
})
