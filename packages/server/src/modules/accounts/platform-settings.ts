import type { Tx } from '../../kit/db/database.js'
import type { AccountsDeps } from './deps.js'
import { countAdmins } from './queries/accounts.js'
import { findSetting, upsertSetting } from './queries/platform.js'

const LENIENT = 'lenient'
const SIGN_UP = 'sign_up'
const MAX_AGE_MS = 10_000

/** Settings of the whole platform, kept in memory; other processes see a change within ten seconds. */
export interface PlatformSettings {
  /** Test mode: literal tokens, loose names, no limits. Only ever on while this address is this machine. */
  isLenient(): boolean
  setLenient(tx: Tx, isLenient: boolean): Promise<void>
  signUp(): Promise<'open' | 'closed'>
  needsAdmin(): Promise<boolean>
  /** Reads the stored settings; `mayBeLenient` says whether this address may have test mode. */
  load(mayBeLenient: boolean): Promise<void>
  forget(): void
}

export function createPlatformSettings(deps: AccountsDeps): PlatformSettings {
  let lenient = false
  let allowed = false
  let readMs = 0
  let admin: boolean | null = null
  let signUp: 'open' | 'closed' = 'open'

  async function read(): Promise<void> {
    readMs = deps.clock.now().getTime()
    lenient = allowed && (await findSetting(deps.db, LENIENT)) === true
    signUp = (await findSetting(deps.db, SIGN_UP)) === 'closed' ? 'closed' : 'open'
    // Once somebody is in charge it stays so: the last admin cannot be removed.
    admin = admin === true || (await countAdmins(deps.db)) > 0
  }

  async function refresh(): Promise<void> {
    if (admin === null || deps.clock.now().getTime() - readMs > MAX_AGE_MS) await read()
  }

  return {
    isLenient: () => lenient,
    setLenient: (tx, isLenient) => upsertSetting(tx, LENIENT, isLenient, deps.clock.now()),
    signUp: async () => {
      await refresh()
      return signUp
    },
    needsAdmin: async () => {
      await refresh()
      return admin !== true
    },
    load: async (mayBeLenient) => {
      allowed = mayBeLenient
      await read()
    },
    forget: () => {
      readMs = 0
    },
  }
}
