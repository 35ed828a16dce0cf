import type { Tx } from '../db/database.js'
import type { MailDeps } from './mail-deps.js'
import { CarryFailure, type Carried } from './port.js'
import { claimLetter, finishAttempt, type LetterRow, type Outcome } from './queries.js'
import type { LetterSeal } from './seal-letter.js'

const LEASE_MS = 5 * 60_000
/** Fourteen attempts take about a day. */
const MAX_ATTEMPTS = 14
const FIRST_RETRY_MS = 60_000
const MAX_RETRY_MS = 4 * 3_600_000

interface DeliverDeps extends MailDeps {
  readonly letterSeal: LetterSeal
}

/** Milliseconds until the attempt after this one (1 for the first). */
export function retryDelayMs(attempt: number): number {
  return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1))
}

/** Sends what is due, one letter after another. A process that dies in between sends its letter again, under the same Message-ID. */
export async function deliverDue(deps: DeliverDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const now = deps.clock.now()
    const leaseUntil = new Date(now.getTime() + LEASE_MS)
    const letter = await deps.write((tx) => claimLetter(tx, now, leaseUntil))
    if (letter === null) return
    const outcome = await attempt(deps, letter)
    await deps.write((tx: Tx) => finishAttempt(tx, letter, outcome))
  }
}

async function attempt(deps: DeliverDeps, letter: LetterRow): Promise<Outcome> {
  const startedAt = deps.clock.now()
  if (letter.worthlessAt !== null && letter.worthlessAt <= startedAt) {
    return { state: 'expired', error: letter.error, settledAt: startedAt }
  }
  try {
    const carried = await carry(deps, letter)
    return carried === 'sent'
      ? { state: 'sent', error: null, settledAt: deps.clock.now() }
      : { state: 'waiting', error: null, settledAt: null }
  } catch (failure) {
    if (!(failure instanceof CarryFailure)) deps.log.error('a letter could not be sent', failure, { id: letter.id })
    const isFinal = failure instanceof CarryFailure && failure.isFinal
    const error = failure instanceof CarryFailure ? failure.message : 'The letter could not be sent; see the log.'
    const now = deps.clock.now()
    if (isFinal || letter.attempts >= MAX_ATTEMPTS) return { state: 'failed', error, settledAt: now }
    const dueAt = new Date(now.getTime() + retryDelayMs(letter.attempts))
    return { state: 'queued', error, settledAt: null, dueAt }
  }
}

async function carry({ letterSeal, carrier }: DeliverDeps, letter: LetterRow): Promise<Carried> {
  const to = letterSeal.openRecipient(letter)
  const body = letterSeal.openBody(letter)
  if (to === null || body === null) throw new CarryFailure('What it said was forgotten.', true)
  return carrier.carry({ messageId: letter.messageId, to, ...body, createdAt: letter.createdAt })
}
