import { z } from 'zod'
import { route } from '../define.js'

/** Documents of one call, and characters of one. */
export const MANIFEST_DOCUMENTS_MAX = 20
export const MANIFEST_TEXT_MAX = 4 * 1024 * 1024
/** Bytes of the whole request, files of folders included (base64). */
export const MANIFEST_BODY_MAX = 96 * 1024 * 1024
const FOLDER_FILES_MAX = 2000

/** One file of a folder a manifest names, read on the side of the person who applies it. */
export const manifestFile = z.strictObject({ path: z.string().min(1).max(1000), base64: z.string() })

const change = z.object({
  kind: z.enum(['create', 'update', 'remove']),
  /** `user alice`, `wallet bob USD`. */
  subject: z.string(),
  /** `plan free → enterprise`; secrets read `***`. */
  text: z.string(),
})

/** A value that exists nowhere else: a new access token, or a link that sets a password. */
const issued = z.object({ label: z.string(), secret: z.string() })

export const applyManifest = route({
  id: 'platform.manifest.apply',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/platform/manifest/apply',
  summary: 'Applies manifest documents in order, each as a whole or not at all; a dry run changes nothing.',
  auth: 'admin',
  bodyLimitBytes: MANIFEST_BODY_MAX,
  body: z.strictObject({
    documents: z
      .array(z.strictObject({ name: z.string().max(500), text: z.string().max(MANIFEST_TEXT_MAX) }))
      .min(1)
      .max(MANIFEST_DOCUMENTS_MAX),
    dryRun: z.boolean().default(false),
    /** Values of `{ env: NAME }` (key `env:NAME`) and `{ file: path }` (key `file:path`), resolved by the caller. */
    secrets: z.record(z.string().max(1000), z.string().max(100_000)).default({}),
    /** Folders that items name, by the path as written. */
    folders: z.record(z.string().max(1000), z.array(manifestFile).max(FOLDER_FILES_MAX)).default({}),
  }),
  response: z.object({
    changes: z.array(change),
    unchanged: z.number().int(),
    issued: z.array(issued),
    /** The diff as people read it, one change a line. */
    text: z.string(),
  }),
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'ManifestInvalid'],
})

export const exportManifest = route({
  id: 'platform.manifest.export',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/platform/manifest',
  summary: 'What stands, as a manifest; secrets excepted.',
  auth: 'admin',
  response: z.object({ text: z.string() }),
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope'],
})

/** Liveness: the process answers. */
export const healthz = route({
  id: 'platform.healthz',
  family: 'web',
  method: 'GET',
  path: '/healthz',
  summary: 'The process is alive.',
  auth: 'none',
  response: z.object({ status: z.literal('ok') }),
  errors: [],
})

/** Readiness: database and blob store answer. */
export const readyz = route({
  id: 'platform.readyz',
  family: 'web',
  method: 'GET',
  path: '/readyz',
  summary: 'The process can do its work: database and blob store answer.',
  auth: 'none',
  response: z.object({ status: z.enum(['ready', 'not ready']), checks: z.record(z.string(), z.string()) }),
  errors: ['Unavailable'],
})
