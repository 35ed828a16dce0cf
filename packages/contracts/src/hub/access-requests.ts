import { z } from 'zod'
import { route } from '../define.js'
import type { ErrorCode } from '../errors/registry.js'
import { dateText, queryInt, repoParams } from './scalars.js'

/** Requests of a page, and decisions of one batch. */
export const ACCESS_REQUEST_PAGE = 100
export const ACCESS_REQUEST_BATCH = 100
const MAX_REASON = 1000
const MAX_NAME = 200
const MAX_CURSOR = 100
const ASK_BODY_BYTES = 256 * 1024

export const accessStatus = z.enum(['pending', 'accepted', 'rejected'])
const reason = z.string().trim().max(MAX_REASON)
const name = z.string().min(1).max(MAX_NAME)

const person = z.object({
  _id: z.string(),
  user: z.string(),
  fullname: z.string(),
  avatarUrl: z.string(),
  type: z.literal('user'),
})

/** One request as the clients read it; `user` is left out when the account is gone (hub-api-2x §4). */
const accessRequest = z.object({
  requestId: z.string(),
  status: accessStatus,
  timestamp: dateText,
  user: person.extend({ email: z.string().optional() }).optional(),
  fields: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
  grantedBy: person.optional(),
  reviewedAt: dateText.optional(),
  rejectionReason: z.string().optional(),
})
export type AccessRequestJson = z.infer<typeof accessRequest>

const base = '/api/:kind/:namespace/:name/user-access-request'
const reviewErrors: readonly ErrorCode[] = ['RepoNotFound', 'NotGated', 'GatedRepo', 'Forbidden', 'InsufficientScope']

export const listAccessRequests = route({
  id: 'hub.repos.access-requests',
  family: 'hub',
  method: 'GET',
  path: `${base}/:status`,
  summary: 'Who asked to be let into a gated repository, by what became of it; the newest first',
  auth: 'user',
  params: repoParams.extend({ status: accessStatus }),
  query: z.object({
    limit: queryInt(1, ACCESS_REQUEST_PAGE, ACCESS_REQUEST_PAGE),
    after: z.string().max(MAX_CURSOR).optional(),
  }),
  response: z.array(accessRequest),
  errors: reviewErrors,
})

/** `pending` takes access away again (hub-api 2.29); `requestId` names a request where names are not shown. */
export const handleAccessRequest = route({
  id: 'hub.repos.access-requests.handle',
  family: 'hub',
  method: 'POST',
  path: `${base}/handle`,
  summary: 'Accept, reject or cancel a request for access',
  auth: 'write',
  params: repoParams,
  body: z
    .object({
      user: name.optional(),
      userId: name.optional(),
      requestId: name.optional(),
      status: accessStatus,
      rejectionReason: reason.nullish(),
    })
    .refine((body) => [body.user, body.userId, body.requestId].filter((one) => one !== undefined).length === 1, {
      message: 'Name the request by one of user, userId and requestId.',
    }),
  response: z.object({ success: z.literal(true) }),
  errors: [...reviewErrors, 'AccessRequestNotFound', 'AccountNotFound'],
})

export const grantAccess = route({
  id: 'hub.repos.access-requests.grant',
  family: 'hub',
  method: 'POST',
  path: `${base}/grant`,
  summary: 'Let somebody into a gated repository who did not ask',
  auth: 'write',
  params: repoParams,
  body: z
    .object({ user: name.optional(), userId: name.optional() })
    .refine((body) => (body.user === undefined) !== (body.userId === undefined), {
      message: 'Name the user by user or userId.',
    }),
  response: z.object({ success: z.literal(true) }),
  errors: [...reviewErrors, 'AccountNotFound', 'InvalidRequest', 'Conflict'],
})

export const handleAccessRequests = route({
  id: 'hub.repos.access-requests.batch',
  family: 'hub',
  method: 'POST',
  path: `${base}/batch`,
  summary: 'Decide on several requests for access; answers in the same order',
  auth: 'write',
  params: repoParams,
  body: z.object({
    status: accessStatus,
    rejectionReason: reason.nullish(),
    requests: z
      .array(z.object({ user: name.optional(), userId: name.optional(), requestId: name.optional() }))
      .max(ACCESS_REQUEST_BATCH),
  }),
  response: z.array(
    z.object({
      user: z.string().optional(),
      userId: z.string().optional(),
      requestId: z.string().optional(),
      ok: z.boolean(),
      error: z.enum(['user_not_found', 'request_not_found']).optional(),
    }),
  ),
  errors: reviewErrors,
})

export const withdrawAccessRequest = route({
  id: 'hub.repos.access-requests.cancel',
  family: 'hub',
  method: 'POST',
  path: `${base}/cancel`,
  summary: 'Take back one’s own request for access, or give up the access it brought',
  auth: 'user',
  params: repoParams,
  response: z.object({ success: z.literal(true) }),
  errors: ['RepoNotFound', 'AccessRequestNotFound'],
})

const webParams = z.object({ namespace: name, name })

/** A form or JSON, by the labels of the card's `extra_gated_fields`. JSON is answered to whoever asks for it, else 303 to the page. */
function askRoute<const Prefix extends string>(prefix: Prefix, type: string) {
  return route({
    id: `hub.repos.ask-access.${type}`,
    family: 'hub',
    method: 'POST',
    path: `${prefix}/:namespace/:name/ask-access`,
    summary: `Ask to be let into a gated ${type}`,
    auth: 'user',
    params: webParams,
    response: z.object({ status: accessStatus }),
    errors: ['RepoNotFound', 'NotGated', 'AccessRejected', 'InvalidRequest', 'InsufficientScope', 'BodyTooLarge'],
    bodyLimitBytes: ASK_BODY_BYTES,
  })
}

function reportRoute<const Prefix extends string>(prefix: Prefix, type: string) {
  return route({
    id: `hub.repos.access-report.${type}`,
    family: 'hub',
    method: 'GET',
    path: `${prefix}/:namespace/:name/user-access-report`,
    summary: `Every request for access to a ${type}, as a CSV or JSON file`,
    auth: 'user',
    params: webParams,
    query: z.object({ format: z.enum(['csv', 'json']).default('csv') }),
    errors: reviewErrors,
  })
}

/** hub-api 2.33. */
export const askAccess = {
  model: askRoute('', 'model'),
  dataset: askRoute('/datasets', 'dataset'),
  space: askRoute('/spaces', 'space'),
  kernel: askRoute('/kernels', 'kernel'),
} as const

/** hub-api 2.34. */
export const accessReport = {
  model: reportRoute('', 'model'),
  dataset: reportRoute('/datasets', 'dataset'),
  space: reportRoute('/spaces', 'space'),
  kernel: reportRoute('/kernels', 'kernel'),
} as const
