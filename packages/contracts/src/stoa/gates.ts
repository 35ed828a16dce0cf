import { z } from 'zod'
import { route } from '../define.js'
import { accessStatus } from '../hub/access-requests.js'
import { dateText, repoParams, repoType } from '../hub/scalars.js'

const gateField = z.object({
  label: z.string(),
  type: z.enum(['text', 'checkbox', 'date_picker', 'country', 'select']),
  /** Of a `select`. */
  options: z.array(z.object({ label: z.string(), value: z.string() })).optional(),
})
export type GateField = z.infer<typeof gateField>

/** What a gate says and asks, from the card; null lets the page use its own words. */
const gateForm = z.object({
  heading: z.string().nullable(),
  /** Markdown. */
  prompt: z.string().nullable(),
  description: z.string().nullable(),
  button: z.string().nullable(),
  fields: z.array(gateField),
})
export type GateForm = z.infer<typeof gateForm>

const review = z.object({
  status: accessStatus,
  requestedAt: dateText,
  reviewedAt: dateText.nullable(),
  rejectionReason: z.string().nullable(),
})

export const getGate = route({
  id: 'repos.gate',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/repos/:kind/:namespace/:name/gate',
  summary: 'The gate of a repository: its form, and how the caller stands before it',
  auth: 'optional',
  params: repoParams,
  response: z.object({
    gated: z.union([z.literal('auto'), z.literal('manual'), z.literal(false)]),
    form: gateForm,
    /** The caller may read the files. */
    canPass: z.boolean(),
    mine: review.nullable(),
    /** How many requests there are, for those who decide on them. */
    counts: z.object({ pending: z.number(), accepted: z.number(), rejected: z.number() }).nullable(),
  }),
  errors: ['RepoNotFound'],
})

/** Requests of one person that are shown. */
export const MY_ACCESS_REQUESTS = 500

export const listMyAccessRequests = route({
  id: 'accounts.access-requests',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/me/access-requests',
  summary: 'The gated repositories the caller asked to read, the newest first',
  auth: 'user',
  response: z.array(review.extend({ repo: z.object({ type: repoType, name: z.string() }) })),
  errors: [],
})
