import { refuse } from '@stoa/contracts'
import { personal } from '../../kit/audit/audit.js'
import type { Tx } from '../../kit/db/database.js'
import { isMailAddress } from '../../kit/mail/address.js'
import type { RepoDeps } from './deps.js'
import type { NoticeMode, Notices } from './gatekeeper.js'
import { recordRepo } from './record-change.js'
import type { Repo } from './repo.js'

/** What a change of settings says of letters about those who ask at the gate. */
export interface NoticeRequest {
  readonly gatedNotificationsMode?: NoticeMode | null | undefined
  /** Empty is the owner's own address again. */
  readonly gatedNotificationsEmail?: string | null | undefined
}

/** Stores how the owner is told, when it differs. Throws `InvalidRequest` for what is no address. */
export async function changeNotices(
  deps: Pick<RepoDeps, 'gates' | 'audit'>,
  tx: Tx,
  repo: Repo,
  request: NoticeRequest,
): Promise<void> {
  const { gatedNotificationsMode: mode, gatedNotificationsEmail: email } = request
  if ((mode ?? null) === null && (email ?? null) === null) return
  if (email && !isMailAddress(email)) {
    throw refuse('InvalidRequest', '"gatedNotificationsEmail" is not an e-mail address.')
  }
  const before = await deps.gates.findNotices(tx, repo.id)
  const after: Notices = {
    mode: mode ?? before.mode,
    email: email === null || email === undefined ? before.email : email || null,
  }
  if (after.mode === before.mode && after.email === before.email) return
  await deps.gates.setNotices(tx, repo.id, after)
  const facts = (notices: Notices) => ({
    gatedNotificationsMode: notices.mode,
    gatedNotificationsEmail: personal(repo.accountId, notices.email),
  })
  await recordRepo(deps, tx, repo, { action: 'repo.update_settings', before: facts(before), after: facts(after) })
}
