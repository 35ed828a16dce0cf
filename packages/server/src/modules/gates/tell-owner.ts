import type { Tx } from '../../kit/db/database.js'
import type { Repo } from '../repos/index.js'
import type { AccessStatus } from './access-request.js'
import type { GateDeps } from './deps.js'
import { askedLetter, type NoticeReader } from './notice-letters.js'

type TellDeps = Pick<GateDeps, 'db' | 'mail' | 'accounts' | 'gateNotices' | 'publicUrl'>

/**
 * Who is told of requests for a repository: the address its owner gave, else the owner's verified one. Where letters do not
 * leave by themselves, nobody is told who did not ask for it: an admin would have to hand the letters over.
 */
export async function findReaders(
  deps: TellDeps,
  repo: Repo,
): Promise<{ readonly isAtOnce: boolean; readonly readers: readonly NoticeReader[] }> {
  const chosen = await deps.gateNotices.findChosen(deps.db, repo.id)
  const isAtOnce = chosen?.mode === 'real-time'
  if (!chosen && !deps.mail.isSending) return { isAtOnce, readers: [] }
  if (chosen && chosen.email !== null) return { isAtOnce, readers: [{ email: chosen.email, accountId: null }] }
  const contacts = await deps.accounts.listVerifiedContacts(deps.db, repo.accountId)
  return { isAtOnce, readers: contacts.map(({ id, email }) => ({ email, accountId: id })) }
}

/** Those to be told of each request as it comes; none where a digest tells of it. */
export async function findReadersAtOnce(deps: TellDeps, repo: Repo): Promise<readonly NoticeReader[]> {
  const { isAtOnce, readers } = await findReaders(deps, repo)
  return isAtOnce ? readers : []
}

/** Writes the letters about one request; false when none was written, and the digest tells of it. */
export async function tellAtOnce(
  deps: TellDeps,
  tx: Tx,
  asked: {
    readonly repo: Repo
    readonly readers: readonly NoticeReader[]
    readonly asker: string
    readonly status: AccessStatus
  },
): Promise<boolean> {
  const { repo, readers, asker, status } = asked
  if (readers.length === 0) return false
  const facts = { repo, asker, isLetIn: status === 'accepted', publicUrl: deps.publicUrl() }
  const posted = await deps.mail.post(
    tx,
    readers.map((reader) => askedLetter(reader, facts)),
  )
  return posted.length > 0
}
