import type { Db, Tx } from '../../kit/db/database.js'

/** How the owner of a gated repository is told of those who ask: once a day, or of each at once. */
export type NoticeMode = 'bulk' | 'real-time'

export interface Notices {
  readonly mode: NoticeMode
  /** Null is the verified address of the owner, or of the first admins. */
  readonly email: string | null
}

/** What a later module knows of those who stand at the gates of repositories. */
export interface Gatekeeper {
  /** Whether this person was let in. */
  isLetIn(db: Db, repoId: string, userId: string): Promise<boolean>
  findNotices(db: Db | Tx, repoId: string): Promise<Notices>
  setNotices(tx: Tx, repoId: string, notices: Notices): Promise<void>
  /** Another account owns it now, whose own the address was not. */
  forgetNotices(tx: Tx, repoId: string): Promise<void>
}

export const USUAL_NOTICES: Notices = { mode: 'bulk', email: null }

/** Without a module that keeps gates nobody was let in. */
export const CLOSED_GATES: Gatekeeper = {
  isLetIn: () => Promise.resolve(false),
  findNotices: () => Promise.resolve(USUAL_NOTICES),
  setNotices: () => Promise.resolve(),
  forgetNotices: () => Promise.resolve(),
}
