import {
  handOverLetter,
  type LetterView,
  listLetters,
  openLetter,
  refuse,
  retryLetter,
  sendTestLetter,
} from '@stoa/contracts'
import type { Tx } from '../../../kit/db/database.js'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import type { LetterView as KeptLetter } from '../../../kit/mail/outbox.js'
import { requireSession } from '../../accounts/index.js'
import type { SigninKit } from '../deps.js'
import { testLetter } from '../letters/email-letters.js'

/** The platform's letters, for its admins: what waits, what failed, handing over. What a letter says opens accounts, so tokens see nothing. */
export function bindLetters(http: Http, deps: SigninKit): void {
  const stoa = http.scope('stoa')
  const { outbox } = deps.mail
  const record = (tx: Tx, id: string, verb: string): Promise<void> =>
    deps.audit.record(tx, { chain: 'platform', action: `admin.letter.${verb}`, target: { type: 'letter', id } })

  stoa.bind(listLetters, async ({ actor, query }) => {
    requireSession(actor)
    const { limit } = query
    const found = await outbox.list({ isOpen: query.show === 'open', before: query.cursor, limit: limit + 1 })
    const counts = await outbox.counts()
    const countOf = (...states: string[]): number =>
      counts.reduce((sum, one) => sum + (states.includes(one.state) ? one.count : 0), 0)
    const letters = found.slice(0, limit)
    return {
      isSending: deps.mail.isSending,
      counts: { waiting: countOf('waiting'), failed: countOf('failed'), queued: countOf('queued', 'sending') },
      letters: letters.map(showLetter),
      nextCursor: found.length > limit ? (letters.at(-1)?.id ?? null) : null,
    }
  })

  stoa.bind(openLetter, async ({ actor, params, reply }) => {
    await deps.accounts.access.demandConfirmed(actor)
    const read = await outbox.read(params.letterId)
    if (!read) throw refuse('NotFound')
    await deps.write((tx) => record(tx, params.letterId, 'open'))
    reply.header('cache-control', 'no-store')
    const link = /^https?:\/\/\S+#\S+$/m.exec(read.text)?.[0] ?? null
    return { letter: showLetter(read.letter), text: read.text, link }
  })

  const change = async (actor: UserActor, id: string, verb: string, work: (tx: Tx) => Promise<boolean>) => {
    requireSession(actor)
    await deps.write(async (tx) => {
      if (!(await work(tx))) throw refuse('NotFound')
      await record(tx, id, verb)
    })
  }
  stoa.bind(handOverLetter, ({ actor, params: { letterId } }) =>
    change(actor, letterId, 'hand_over', (tx) => outbox.handOver(tx, letterId)),
  )
  stoa.bind(retryLetter, ({ actor, params: { letterId } }) =>
    change(actor, letterId, 'retry', (tx) => outbox.retry(tx, letterId)),
  )

  stoa.bind(sendTestLetter, async ({ actor }) => {
    requireSession(actor)
    const person = await deps.accounts.people.find(deps.db, actor.userId)
    if (!person?.email) throw refuse('InvalidRequest', 'Your account has no e-mail address.')
    const { id: subjectId, name, email: to } = person
    const posted = await deps.write((tx) => deps.mail.post(tx, [testLetter({ to, subjectId, name })]))
    if (posted.length === 0) throw refuse('LetterLimit')
    return { to }
  })
}

function showLetter(letter: KeptLetter): LetterView {
  return {
    ...letter,
    createdAt: letter.createdAt.toISOString(),
    dueAt: letter.dueAt.toISOString(),
    settledAt: letter.settledAt?.toISOString() ?? null,
    worthlessAt: letter.worthlessAt?.toISOString() ?? null,
  }
}
