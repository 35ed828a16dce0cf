import { ipRanges, tokenName, tokenRole, tokenScopes } from '@stoa/contracts'
import { z } from 'zod'

/** A token of a user in a manifest. Without a value it is made once and shown once. */
export const tokenItem = z.strictObject({
  name: tokenName,
  role: tokenRole,
  scopes: tokenScopes.optional(),
  expiresAt: z.iso.datetime().optional(),
  /** Networks it may be used from; none for everywhere. */
  ipRanges: ipRanges.optional(),
  /** Lenient only: the literal secret. */
  value: z.string().min(4).max(200).optional(),
})
export type TokenItem = z.output<typeof tokenItem>
