import { z } from 'zod'
import { route } from '../define.js'

/** Domains of one platform that let people in. */
export const SIGN_UP_DOMAINS_MAX = 100
export const signUpMode = z.enum(['open', 'invitation', 'domain', 'closed'])
export const mailDomain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/, 'a domain: example.org')
const policy = z.object({ mode: signUpMode, domains: z.array(z.string()) })

export const getSignUpPolicy = route({
  id: 'signin.signUp.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/signin/sign-up',
  summary: 'Who may make an account here.',
  auth: 'none',
  response: policy,
  errors: [],
})

export const setSignUpPolicy = route({
  id: 'signin.signUp.set',
  family: 'stoa',
  method: 'PUT',
  path: '/api/v1/signin/sign-up',
  summary: 'Says who may make an account: everybody, whoever is invited, also addresses of domains, nobody.',
  auth: 'admin',
  body: z.strictObject({ mode: signUpMode, domains: z.array(mailDomain).max(SIGN_UP_DOMAINS_MAX).default([]) }),
  response: policy,
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'InvalidRequest'],
})

export const askToJoin = route({
  id: 'signin.signUp.ask',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/sign-up/letter',
  summary: 'Writes to an address of a domain that lets people in; the answer never tells whether it has an account.',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({ email: z.email().max(254) }),
  errors: ['SignUpClosed', 'CrossSiteRequest', 'RateLimited'],
})
