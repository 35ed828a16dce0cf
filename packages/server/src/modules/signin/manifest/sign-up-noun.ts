import { mailDomain, SIGN_UP_DOMAINS_MAX, signUpMode } from '@stoa/contracts'
import { z } from 'zod'
import { describeDifference, itemProblem, type ManifestNoun } from '../../../kit/manifest/noun.js'
import type { SignUpPolicy } from '../../accounts/index.js'
import type { SigninKit } from '../deps.js'

const signUp = z.strictObject({ mode: signUpMode, domains: z.array(mailDomain).max(SIGN_UP_DOMAINS_MAX).optional() })
type SignUpItem = z.output<typeof signUp>

const AS_FOUND: SignUpPolicy = { mode: 'open', domains: [] }
const show = ({ mode, domains }: SignUpPolicy) => ({ mode, domains: domains.join(' ') })

/** `signUp:` of a manifest: one item that says who may make an account. */
export function createSignUpNoun({ accounts }: SigninKit): ManifestNoun<SignUpItem, undefined> {
  const { settings } = accounts
  return {
    key: 'signUp',
    // There is one policy, so a second item is a mistake.
    identity: [],
    schema: signUp,
    apply: async (tx, { mode, domains = [] }) => {
      const wanted = { mode, domains: [...new Set(domains)].sort() }
      if (mode === 'domain' && wanted.domains.length === 0) throw itemProblem(['domains'], 'at least one domain')
      const before = await settings.readSignUp(tx)
      const text = describeDifference(show(before), show(wanted))
      if (text === '') return null
      await settings.setSignUp(tx, wanted)
      return { kind: 'update', subject: 'sign-up', text }
    },
    remove: async (tx) => {
      if ((await settings.readSignUp(tx)).mode === AS_FOUND.mode) return null
      await settings.setSignUp(tx, AS_FOUND)
      return { kind: 'remove', subject: 'sign-up', text: '' }
    },
    export: async (db) => {
      const { mode, domains } = await settings.readSignUp(db)
      if (mode === 'open') return []
      return [{ mode, ...(domains.length > 0 ? { domains: [...domains] } : {}) }]
    },
  }
}
