import { z } from 'zod'
import { route } from '../define.js'

const date = z.iso.datetime()
/** Who has no password here leaves it out and has confirmed that it is them, within the last fifteen minutes. */
const password = z.string().max(200).optional()

const requestView = z.object({
  id: z.string(),
  kind: z.enum(['export', 'erasure']),
  state: z.enum(['waiting', 'ready', 'fulfilled', 'withdrawn', 'failed']),
  createdAt: date,
  /** When it must be answered at the latest. */
  dueAt: date,
  /** Of an erasure: when it happens. */
  runAt: date.nullable(),
  /** Of an export: until when it can be fetched. */
  expiresAt: date.nullable(),
})
export type PrivacyRequestView = z.output<typeof requestView>

export const listPrivacyRequests = route({
  id: 'trust.privacy.requests',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/trust/privacy/requests',
  summary: 'My own requests: copies of my data, deletion of my account.',
  auth: 'user',
  response: z.object({
    requests: z.array(requestView),
    /** Why the account cannot be deleted yet, in words; empty when it can. */
    obstacles: z.array(z.string()),
  }),
  errors: ['Unauthorized', 'SessionRequired'],
})

export const requestExport = route({
  id: 'trust.privacy.export',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/trust/privacy/exports',
  summary: 'Asks for a copy of everything kept about me; the password is asked again, or that I confirm that it is me.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({ password }),
  response: z.object({ request: requestView, link: z.string() }),
  errors: [
    'Unauthorized',
    'SessionRequired',
    'WrongPassword',
    'ConfirmationRequired',
    'SignInThrottled',
    'PrivacyRequestPending',
  ],
})

export const downloadExport = route({
  id: 'trust.privacy.download',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/trust/privacy/exports/:requestId/download',
  summary: 'The copy as a ZIP archive of JSON Lines; once, within seven days, with the secret of its link.',
  auth: 'user',
  params: z.object({ requestId: z.string().min(1).max(64) }),
  body: z.strictObject({ secret: z.string().min(20).max(200) }),
  errors: ['Unauthorized', 'SessionRequired', 'PrivacyRequestNotFound'],
})

export const requestErasure = route({
  id: 'trust.privacy.erasure',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/trust/privacy/erasure',
  summary: 'Deletes my account in 14 days; until then it can be withdrawn by signing in.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({
    password,
    /** What I own: deleted with me, or I move it first. */
    repositories: z.enum(['delete', 'none']),
  }),
  response: z.object({ request: requestView }),
  errors: [
    'Unauthorized',
    'SessionRequired',
    'WrongPassword',
    'ConfirmationRequired',
    'SignInThrottled',
    'PrivacyRequestPending',
    'ErasureBlocked',
  ],
})

export const withdrawErasure = route({
  id: 'trust.privacy.withdraw',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/trust/privacy/erasure',
  summary: 'Keeps my account after all.',
  auth: 'user',
  errors: ['Unauthorized', 'SessionRequired', 'PrivacyRequestNotFound'],
})
