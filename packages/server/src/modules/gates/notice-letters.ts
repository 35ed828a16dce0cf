import type { NewLetter } from '../../kit/mail/mail.js'
import { type Repo, repoPath } from '../repos/index.js'

/** Letters to owners of gated repositories. They name accounts and repositories only, and hold none of the answers. */

/** Somebody who is told, with their account when the address is its verified one. */
export interface NoticeReader {
  readonly email: string
  readonly accountId: string | null
}

const MAX_LINES = 20
const WHY =
  'You get this because this address is told of requests for access. The settings of the repository say where to and how often.'

export function askedLetter(
  { email, accountId }: NoticeReader,
  asked: { readonly repo: Repo; readonly asker: string; readonly isLetIn: boolean; readonly publicUrl: string },
): NewLetter {
  const { repo, asker, isLetIn, publicUrl } = asked
  const what = `${repo.type} ${repo.fullName}`
  return {
    kind: 'gate.asked',
    to: email,
    subjectId: accountId,
    subject: isLetIn ? `${asker} was let in to ${repo.fullName}` : `${asker} asks for access to ${repo.fullName}`,
    paragraphs: [
      isLetIn
        ? `${asker} filled in the form of the ${what} and was let in, as its gate lets everybody in who asks.`
        : `${asker} asks to read the files of the ${what}. Nobody has decided yet.`,
    ],
    action: { label: 'See the requests', url: settingsUrl(publicUrl, repo) },
    closing: WHY,
  }
}

/** What happened at the gate of one repository since the last digest. */
export interface GateNews {
  readonly repo: Repo
  readonly pending: number
  readonly accepted: number
}

export function digestLetter(
  { email, accountId }: NoticeReader,
  news: readonly GateNews[],
  publicUrl: string,
): NewLetter {
  const asked = news.reduce((sum, { pending, accepted }) => sum + pending + accepted, 0)
  const left = news.length - MAX_LINES
  const [first] = news
  return {
    kind: 'gate.digest',
    to: email,
    subjectId: accountId,
    subject: `${count(asked, 'request')} for access since yesterday`,
    paragraphs: [
      ...news.slice(0, MAX_LINES).map(newsLine),
      ...(left > 0 ? [`And ${count(left, 'more repository', 'more repositories')}.`] : []),
    ],
    ...(first ? { action: { label: 'See the requests', url: settingsUrl(publicUrl, first.repo) } } : {}),
    closing: WHY,
  }
}

function newsLine({ repo, pending, accepted }: GateNews): string {
  const parts = [
    ...(pending > 0 ? [`${count(pending, 'person waits', 'people wait')} for you to decide`] : []),
    ...(accepted > 0 ? [`${count(accepted, 'person was', 'people were')} let in`] : []),
  ]
  return `${repo.type} ${repo.fullName}: ${parts.join(', ')}.`
}

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
const settingsUrl = (publicUrl: string, repo: Repo): string => `${publicUrl}${repoPath(repo)}/settings`
