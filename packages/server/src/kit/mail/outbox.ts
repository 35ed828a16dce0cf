import type { Tx } from '../db/database.js'
import type { MailDeps } from './mail-deps.js'
import { countByState, findLetter, type LetterRow, type LetterState, listLetters, moveLetter } from './queries.js'
import type { LetterSeal } from './seal-letter.js'

/** A letter as an admin sees it; `to` and `subject` are null once forgotten. */
export interface LetterView {
  readonly id: string
  readonly kind: string
  readonly to: string | null
  readonly subject: string | null
  readonly state: LetterState
  readonly attempts: number
  readonly error: string | null
  readonly createdAt: Date
  readonly dueAt: Date
  readonly settledAt: Date | null
  readonly worthlessAt: Date | null
}

/** The letters of the platform, for those who run it. */
export interface Outbox {
  list(page: { isOpen: boolean; before?: string | undefined; limit: number }): Promise<LetterView[]>
  counts(): Promise<{ state: LetterState; count: number }[]>
  /** What a letter says, while it needs a person: it waits, or could not be sent. Null otherwise. */
  read(id: string): Promise<{ readonly letter: LetterView; readonly text: string } | null>
  /** It was given to the recipient another way; false when it does not wait. */
  handOver(tx: Tx, id: string): Promise<boolean>
  /** Tries again at once what failed; false when it did not. */
  retry(tx: Tx, id: string): Promise<boolean>
}

interface OutboxDeps extends MailDeps {
  readonly letterSeal: LetterSeal
  wake(tx: Tx): Promise<string>
}

const READABLE: ReadonlySet<LetterState> = new Set(['waiting', 'failed'])

export function createOutbox(deps: OutboxDeps): Outbox {
  const { db, clock, letterSeal } = deps
  const view = (row: LetterRow): LetterView => {
    const { id, kind, state, attempts, error, createdAt, dueAt, settledAt, worthlessAt } = row
    const facts = { id, kind, state, attempts, error, createdAt, dueAt, settledAt, worthlessAt }
    return { ...facts, to: letterSeal.openRecipient(row), subject: letterSeal.openBody(row)?.subject ?? null }
  }
  return {
    list: async (page) => (await listLetters(db, page)).map(view),
    counts: () => countByState(db),
    async read(id) {
      const row = await findLetter(db, id)
      const body = row && READABLE.has(row.state) ? letterSeal.openBody(row) : null
      return row && body ? { letter: view(row), text: body.text } : null
    },
    handOver: (tx, id) => moveLetter(tx, id, [...READABLE], { state: 'handed_over', settledAt: clock.now() }),
    async retry(tx, id) {
      const change = { state: 'queued', settledAt: null, dueAt: clock.now(), attempts: 0 } as const
      if (!(await moveLetter(tx, id, ['failed', 'queued'], change))) return false
      await deps.wake(tx)
      return true
    },
  }
}
