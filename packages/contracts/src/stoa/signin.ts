import { z } from 'zod'
import { route } from '../define.js'

const date = z.iso.datetime()

export const passkeyView = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: date,
  lastUsedAt: date.nullable(),
  /** Kept by a service that copies it to the person's other devices. */
  isSynced: z.boolean(),
})

const factorsView = z.object({
  passkeys: z.array(passkeyView),
  /** Since when codes of an authenticator app are asked for; null without one. */
  totpSince: date.nullable(),
  recoveryCodesLeft: z.number().int(),
})
export type FactorsView = z.output<typeof factorsView>

export const getFactors = route({
  id: 'signin.factors.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/signin/factors',
  summary: 'My second factors, without their secrets.',
  auth: 'user',
  response: factorsView,
  errors: ['Unauthorized', 'SessionRequired'],
})
