import { afterCommit, type Db, type Tx } from '../../kit/db/database.js'
import type { AccountsDeps } from './deps.js'
import type { MfaRequired } from './mfa-demand.js'
import { isLoopbackUrl } from './loopback.js'
import { countAdmins } from './queries/accounts.js'
import { findSetting, upsertSetting } from './queries/platform.js'

const LENIENT = 'lenient'
const SIGN_UP = 'sign_up'
const SIGN_UP_DOMAINS = 'sign_up_domains'
const MFA_REQUIRED = 'mfa_required'
const MFA_WORDS: readonly MfaRequired[] = ['nobody', 'duties', 'everybody']
const MAX_AGE_MS = 10_000

/** Who may make an account: everybody; whoever is invited; also whoever has an address at one of the domains; nobody. */
export type SignUpMode = 'open' | 'invitation' | 'domain' | 'closed'
const SIGN_UP_MODES: readonly SignUpMode[] = ['open', 'invitation', 'domain', 'closed']

export interface SignUpPolicy {
  readonly mode: SignUpMode
  /** In lower case; for `domain`. */
  readonly domains: readonly string[]
}

/** Settings of the whole platform, kept in memory; other processes see a change within ten seconds. */
export interface PlatformSettings {
  /** Test mode: literal tokens, loose names, no limits. Only ever on while this address is this machine. */
  isLenient(): boolean
  /** Whether test mode may be switched on here: the public address leads to this machine. */
  mayBeLenient(): Promise<boolean>
  setLenient(tx: Tx, isLenient: boolean): Promise<void>
  signUp(): Promise<SignUpMode>
  signUpPolicy(): Promise<SignUpPolicy>
  setSignUp(tx: Tx, policy: SignUpPolicy): Promise<void>
  /** As it is stored now. */
  readSignUp(db: Db | Tx): Promise<SignUpPolicy>
  needsAdmin(): Promise<boolean>
  /** Of whom a second factor is asked. */
  mfaRequired(): Promise<MfaRequired>
  setMfaRequired(tx: Tx, value: MfaRequired): Promise<void>
  /** Reads the stored settings again. */
  load(): Promise<void>
}

type Setting = string | boolean | readonly string[]

async function readSignUp(db: Db | Tx): Promise<SignUpPolicy> {
  const mode = await findSetting(db, SIGN_UP)
  const domains = await findSetting(db, SIGN_UP_DOMAINS)
  return {
    mode: SIGN_UP_MODES.find((word) => word === mode) ?? 'open',
    domains: Array.isArray(domains) ? domains.map(String) : [],
  }
}

export function createPlatformSettings(deps: AccountsDeps): PlatformSettings {
  let lenient = false
  let signUp: SignUpPolicy = { mode: 'open', domains: [] }
  let hasAdmin = false
  let mfaRequired: MfaRequired = 'nobody'
  let readMs: number | null = null

  // Asking the resolver is the only look outside; it happens only when test mode was asked for.
  const mayBeLenient = (): Promise<boolean> => isLoopbackUrl(deps.publicUrl())

  async function load(): Promise<void> {
    readMs = deps.clock.now().getTime()
    const isWanted = (await findSetting(deps.db, LENIENT)) === true
    lenient = isWanted && (lenient || (await mayBeLenient()))
    if (isWanted && !lenient) deps.log.warn('test mode is stored but off: the public address is not this machine')
    signUp = await readSignUp(deps.db)
    const mfa = await findSetting(deps.db, MFA_REQUIRED)
    mfaRequired = MFA_WORDS.find((word) => word === mfa) ?? 'nobody'
    // Once somebody is in charge it stays so: the last admin cannot be removed.
    hasAdmin = hasAdmin || (await countAdmins(deps.db)) > 0
  }

  async function refresh(): Promise<void> {
    if (readMs === null || deps.clock.now().getTime() - readMs > MAX_AGE_MS) await load()
  }

  async function store(tx: Tx, key: string, before: Setting, after: Setting): Promise<void> {
    await upsertSetting(tx, key, after, deps.clock.now())
    const target = { type: 'setting', id: key }
    const facts = { before: { value: before }, after: { value: after } }
    await deps.audit.record(tx, { chain: 'platform', action: 'admin.settings.update', target, ...facts })
  }

  return {
    isLenient: () => lenient,
    mayBeLenient,
    setLenient: (tx, isLenient) => store(tx, LENIENT, lenient, isLenient),
    mfaRequired: async () => {
      await refresh()
      return mfaRequired
    },
    setMfaRequired: async (tx, value) => {
      await refresh()
      await store(tx, MFA_REQUIRED, mfaRequired, value)
    },
    signUp: async () => {
      await refresh()
      return signUp.mode
    },
    signUpPolicy: async () => {
      await refresh()
      return signUp
    },
    readSignUp,
    setSignUp: async (tx, policy) => {
      const before = await readSignUp(tx)
      if (before.mode !== policy.mode) await store(tx, SIGN_UP, before.mode, policy.mode)
      if (before.domains.join() !== policy.domains.join())
        await store(tx, SIGN_UP_DOMAINS, before.domains, policy.domains)
      afterCommit(tx, () => {
        signUp = policy
      })
    },
    needsAdmin: async () => {
      await refresh()
      return !hasAdmin
    },
    load,
  }
}
