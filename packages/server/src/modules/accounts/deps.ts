import type { Audit } from '../../kit/audit/audit.js'
import type { Clock } from '../../kit/clock.js'
import type { Db, Tx } from '../../kit/db/database.js'
import type { Ids } from '../../kit/ids.js'
import type { Jobs } from '../../kit/jobs/jobs.js'
import type { Log } from '../../kit/log.js'
import type { OrgSource } from './org-source.js'
import type { PasswordSource } from './password-source.js'
import type { SecondFactors } from './second-factors.js'
import type { SignOns } from './sign-ons.js'
import type { TokenSource } from './token-source.js'

/** What this module uses of the kit. */
export interface AccountsKit {
  readonly db: Db
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  readonly audit: Audit
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly jobs: Jobs
  /** Outside of the database; what is sealed with it cannot be read from there. */
  readonly instanceKey: Buffer
  publicUrl(): string
}

export interface AccountsDeps extends AccountsKit {
  /** Tokens of apps and build jobs: another module's. */
  tokenSource(): TokenSource
  /** What organisations ask and hold together: another module's. */
  orgSource(): OrgSource
  /** Passwords of directories: another module's. */
  passwordSource(): PasswordSource
  /** What organisations ask of sign-ins: another module's. */
  signOns(): SignOns
  /** What is asked after a first factor: another module's. */
  secondFactors(): SecondFactors
}
