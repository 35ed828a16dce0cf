import { expect, it } from 'vitest'
import { ledgerName } from './ledger-name.js'

const session = {
  user: {
    id: 'a'.repeat(24),
    name: 'sam',
    fullname: '',
    avatarUrl: '',
    email: null,
    emailVerified: false,
    isAdmin: false,
    duties: [] as never[],
    hasSecondFactor: false,
    needsSecondFactor: false,
    impersonator: null,
  },
  orgs: [],
  flags: { lenient: false, signUp: 'open', needsAdmin: false },
} as const

it('names what is mine and hides the rest of what is not', () => {
  expect(ledgerName(`2000:${'a'.repeat(24)}:USD`, { ...session, orgs: [] })).toBe('Wallet sam')
  expect(ledgerName(`2100:${'b'.repeat(18)}c0ffee:USD`, { ...session, orgs: [] })).toMatch(/^Payable …/)
  expect(ledgerName('4000:platform_fees:USD', { ...session, orgs: [] })).toBe('Revenue platform_fees')
})
