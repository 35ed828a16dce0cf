import { z } from 'zod'
import { route } from '../define.js'
import { PASSWORD_MAX } from './accounts.js'

const date = z.iso.datetime()
const email = z.email().max(254)
const secret = z.string().min(20).max(200)

const emailView = z.object({
  email: z.string().nullable(),
  isVerified: z.boolean(),
  /** An address that waits for its letter to be answered; the other one counts until then. */
  pending: z.object({ email: z.string(), expiresAt: date }).nullable(),
  /** False: letters wait until an admin hands them over. */
  isSending: z.boolean(),
})
export type EmailView = z.output<typeof emailView>

export const getEmail = route({
  id: 'signin.email.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/signin/email',
  summary: 'My e-mail address, and the one that waits to be verified.',
  auth: 'user',
  response: emailView,
  errors: ['Unauthorized', 'SessionRequired'],
})

export const changeEmail = route({
  id: 'signin.email.change',
  family: 'stoa',
  method: 'PUT',
  path: '/api/v1/signin/email',
  summary: 'Writes to an address of mine; it counts once the link in the letter was opened. The old one is told.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({ email }),
  response: emailView,
  errors: ['Unauthorized', 'SessionRequired', 'ConfirmationRequired', 'LetterLimit', 'InvalidRequest'],
})

export const removeEmail = route({
  id: 'signin.email.remove',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/signin/email',
  summary: 'Forgets my e-mail address; the address is told.',
  auth: 'user',
  rate: 'auth',
  response: emailView,
  errors: ['Unauthorized', 'SessionRequired', 'ConfirmationRequired'],
})

export const inspectMailLink = route({
  id: 'signin.email.links.inspect',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/email/links/inspect',
  summary: 'What the link in a letter is for, without using it up.',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({ secret }),
  response: z.object({
    purpose: z.enum(['verify', 'reset', 'confirm']),
    name: z.string(),
    email: z.string(),
    expiresAt: date,
  }),
  errors: ['LinkInvalid'],
})

export const confirmEmail = route({
  id: 'signin.email.confirm',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/email/confirm',
  summary:
    'Uses the link of a letter: the address counts from now on. Only for whoever is signed in as the account it is for.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({ secret }),
  response: emailView,
  errors: ['Unauthorized', 'SessionRequired', 'LinkInvalid', 'EmailTaken'],
})

export const forgotPassword = route({
  id: 'signin.password.forgot',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/password-reset',
  summary: 'Writes to a verified address how to set a new password; the answer never tells whether it has an account.',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({ email }),
  errors: ['CrossSiteRequest', 'RateLimited'],
})

export const resetPassword = route({
  id: 'signin.password.reset',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/password-reset/redeem',
  summary:
    'Uses the link of a letter: sets a new password and ends every session. Signing in follows, second factor included.',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({ secret, password: z.string().max(PASSWORD_MAX) }),
  errors: ['LinkInvalid', 'PasswordTooWeak', 'CrossSiteRequest', 'RateLimited'],
})
