import type { Tx } from '../db/database.js'
import { isMailAddress } from './address.js'
import { deliverDue } from './deliver-letters.js'
import type { MailDeps } from './mail-deps.js'
import {
  countRecent,
  deleteLetters,
  expireLetters,
  findNextDue,
  forgetBodies,
  insertLetters,
  queueWaiting,
  withdrawLetters,
} from './queries.js'
import { createOutbox, type Outbox } from './outbox.js'
import { createLetterSeal } from './seal-letter.js'
import { type LetterText, writeLetter } from './write-letter.js'

export type { LetterText } from './write-letter.js'

const DELIVER = 'kit.mail.deliver'
const SWEEP_EVERY_MS = 5 * 60_000
const DAY_MS = 24 * 3_600_000
const KEEP_ROWS_MS = 90 * DAY_MS
/** A letter that nobody sent or handed over is of no use any more. */
const KEEP_WAITING_MS = 30 * DAY_MS
/** So that nobody is flooded through us, whoever asks for the letters. */
const MAX_PER_HOUR = 6
const MAX_PER_DAY = 20

/** A letter to be written. */
export interface NewLetter extends LetterText {
  /** `email.verify`: what it is, for the outbox. */
  readonly kind: string
  readonly to: string
  /** The account of the recipient; null for somebody who has none yet. */
  readonly subjectId: string | null
  /** Id of the link or invitation it carries; with it the letter can be withdrawn. */
  readonly about?: string
  /** From then on there is no use in sending it; 30 days unless said. */
  readonly worthlessAt?: Date
}

/** Letters: written in the transaction of the change they tell of, sent after its commit, at least once. */
export interface Mail {
  /** Whether letters leave by themselves, or wait for an admin. */
  readonly isSending: boolean
  /** Those that were written; the others would be too many for their recipient, or have no usable address. */
  post(tx: Tx, letters: readonly NewLetter[]): Promise<readonly NewLetter[]>
  /** Takes back what has not left and belongs to one of these. */
  withdraw(tx: Tx, about: readonly string[]): Promise<void>
  /** What admins see of it. */
  readonly outbox: Outbox
  /** Runs after the database is ready. */
  start(): Promise<void>
}

export function createMail(deps: MailDeps): Mail {
  const { jobs, clock, carrier } = deps
  const letterSeal = createLetterSeal(deps.instanceKey)
  const wake = (tx: Tx): Promise<string> => jobs.enqueue(tx, DELIVER, {}, { key: 'now' })

  jobs.handle(DELIVER, async (_payload: object, { signal }) => {
    await deliverDue({ ...deps, letterSeal }, signal)
    await planNext(deps)
  })
  jobs.repeat('kit.mail.sweep', SWEEP_EVERY_MS, async ({ signal }) => {
    const now = clock.now().getTime()
    await deps.write(async (tx) => {
      await expireLetters(tx, new Date(now))
      await forgetBodies(tx, new Date(now - deps.keepDays * DAY_MS))
      await deleteLetters(tx, new Date(now - KEEP_ROWS_MS))
    })
    await deliverDue({ ...deps, letterSeal }, signal)
  })

  return {
    isSending: carrier.kind === 'smtp',
    async post(tx, letters) {
      const now = clock.now()
      const welcome = await withinLimits(tx, letters)
      if (welcome.length === 0) return []
      const rows = welcome.map((letter) => {
        const id = deps.ids.next()
        const { kind, to, subjectId, about = null, worthlessAt = new Date(now.getTime() + KEEP_WAITING_MS) } = letter
        const messageId = `<${id}@${new URL(deps.publicUrl()).hostname.replace(/[^A-Za-z0-9.-]/g, '') || 'localhost'}>`
        const facts = { id, messageId, kind, subjectId, about, worthlessAt, createdAt: now }
        return {
          ...facts,
          recipientHash: letterSeal.hashRecipient(to),
          ...letterSeal.close(id, to, writeLetter(letter)),
        }
      })
      await insertLetters(tx, rows)
      await wake(tx)
      return welcome
    },
    withdraw: (tx, about) => withdrawLetters(tx, about, clock.now()),
    outbox: createOutbox({ ...deps, letterSeal, wake }),
    async start() {
      if (carrier.kind !== 'smtp') return
      await deps.write(async (tx) => {
        if ((await queueWaiting(tx, clock.now())) > 0) await wake(tx)
      })
    },
  }

  async function withinLimits(tx: Tx, letters: readonly NewLetter[]): Promise<NewLetter[]> {
    const addressed = letters
      .filter(({ to }) => isMailAddress(to))
      .map((letter) => ({ letter, hash: letterSeal.hashRecipient(letter.to) }))
    if (addressed.length === 0) return []
    const recent = await countRecent(
      tx,
      addressed.map(({ hash }) => hash),
      clock.now(),
    )
    const counts = new Map(recent.map(({ hash, ...count }) => [hash, count]))
    return addressed.flatMap(({ letter, hash }) => {
      const key = hash.toString('hex')
      const { lastHour, lastDay } = counts.get(key) ?? { lastHour: 0, lastDay: 0 }
      if (lastHour >= MAX_PER_HOUR || lastDay >= MAX_PER_DAY) return []
      counts.set(key, { lastHour: lastHour + 1, lastDay: lastDay + 1 })
      return [letter]
    })
  }
}

/** A job for the moment when the next letter is due again. */
async function planNext({ db, write, jobs, clock }: MailDeps): Promise<void> {
  const next = await findNextDue(db)
  if (next === null) return
  const runAt = new Date(Math.max(next.getTime(), clock.now().getTime() + 1_000))
  // One job a minute is enough, however many letters wait.
  const key = `at ${Math.floor(runAt.getTime() / 60_000)}`
  await write((tx) => jobs.enqueue(tx, DELIVER, {}, { runAt, key }))
}
