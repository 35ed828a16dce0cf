import type { Db } from '../../kit/db/database.js'

/** What a later module knows of those who stand at the gates of repositories. */
export interface Gatekeeper {
  /** Whether this person was let in. */
  isLetIn(db: Db, repoId: string, userId: string): Promise<boolean>
}

/** Without a module that keeps gates nobody was let in. */
export const CLOSED_GATES: Gatekeeper = { isLetIn: () => Promise.resolve(false) }
