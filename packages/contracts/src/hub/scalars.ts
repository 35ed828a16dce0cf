import { z } from 'zod'

/** A query boolean as clients write it: `true`, `True`, `1`, or the bare key; everything else is false (hub-api 1.1). */
export const queryFlag = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => {
    const last = Array.isArray(value) ? value.at(-1) : value
    return last !== undefined && /^(true|1|yes|on|)$/i.test(last)
  })

const MAX_LIST = 1000

/** A query list: the key once or repeated. Bind `k` and `k[]` both and join them with `joinLists`. */
export const queryList = z
  .union([z.string(), z.array(z.string()).max(MAX_LIST)])
  .optional()
  .transform((value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]))

/** A whole number from a query, with bounds; out of bounds is clamped, not refused. */
export function queryInt(minimum: number, maximum: number, fallback: number) {
  return z
    .string()
    .regex(/^\d{1,12}$/)
    .optional()
    .transform((text) => (text === undefined ? fallback : Math.min(maximum, Math.max(minimum, Number(text)))))
}

/** Plural type of repositories in API paths. */
export const repoKind = z.enum(['models', 'datasets', 'spaces', 'kernels'])
export type RepoKind = z.infer<typeof repoKind>

/** What a repository holds. */
export const repoType = z.enum(['model', 'dataset', 'space', 'kernel'])
export type RepoType = z.infer<typeof repoType>

const MAX_SEGMENT = 200
const MAX_REVISION = 400
const MAX_WILDCARD = 4000

const segment = z.string().min(1).max(MAX_SEGMENT)

/** `/api/:kind/:namespace/:name`. */
export const repoParams = z.object({ kind: repoKind, namespace: segment, name: segment })
export const namedRevision = z.string().min(1).max(MAX_REVISION)
/** A repository at a revision; a revision with raw slashes ends in the wildcard (`splitRevision` puts it together). */
export const revisionParams = repoParams.extend({ rev: namedRevision, '*': z.string().max(MAX_WILDCARD).optional() })
export const pathParams = revisionParams.extend({ '*': z.string().max(MAX_WILDCARD) })

/** ISO 8601, UTC, three fraction digits, `Z` (hub-api 1.2). */
export const dateText = z.string()
/** 40 hex digits. */
export const gitOid = z.string()
/** 64 hex digits. */
export const sha256Text = z.string().regex(/^[0-9a-f]{64}$/)
