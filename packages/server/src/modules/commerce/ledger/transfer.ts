import { createHash } from 'node:crypto'
import { refuse } from '@stoa/contracts'

export type TransferKind = 'posted' | 'pending' | 'post' | 'void'

/** One movement, decided but not yet applied. `post` may take a part of its pending transfer, `void` always takes it whole. */
export interface Transfer {
  readonly id: string
  readonly kind: TransferKind
  readonly debitId: string
  readonly creditId: string
  readonly amountMicros: bigint
  readonly pendingId: string | null
  readonly code: string
  /** What is behind it: a listing, a reference, the corrected transfer. */
  readonly ref: string
}

/** A ledger account's counters; posted ones only grow. */
export interface Balance {
  readonly currency: string
  readonly debitsMustNotExceedCredits: boolean
  readonly creditsMustNotExceedDebits: boolean
  readonly isClosed: boolean
  debitsPending: bigint
  debitsPosted: bigint
  creditsPending: bigint
  creditsPosted: bigint
}

/** L6: an id that follows from the business fact, so that a repeated job cannot post twice. */
export function transferId(...fact: readonly (string | number | bigint)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(fact.map(String)))
    .digest('hex')
    .slice(0, 32)
}

/** What an account can still pay: for a wallet, its balance less what is held. */
export function availableMicros(balance: Balance): bigint {
  return balance.creditsPosted - balance.debitsPosted - balance.debitsPending
}

/** Same id and same content is the same transfer (L1). */
export function isSameTransfer(a: Transfer, b: Transfer): boolean {
  return (
    a.kind === b.kind &&
    a.debitId === b.debitId &&
    a.creditId === b.creditId &&
    a.amountMicros === b.amountMicros &&
    a.pendingId === b.pendingId &&
    a.code === b.code &&
    a.ref === b.ref
  )
}

/**
 * Applies transfers one after the other to the counters given. `pending` knows every pending transfer they resolve that exists
 * already; those of the same group are added on the way. Throws `TransferRefused` at the first that may not be; the caller drops all.
 */
export function applyTransfers(
  balances: ReadonlyMap<string, Balance>,
  pending: Map<string, Transfer>,
  transfers: readonly Transfer[],
): void {
  for (const transfer of transfers) {
    if (transfer.amountMicros <= 0n) throw refused(transfer, 'the amount must be positive')
    const debit = accountOf(balances, transfer, transfer.debitId)
    const credit = accountOf(balances, transfer, transfer.creditId)
    if (debit === credit) throw refused(transfer, 'both sides are one account')
    if (debit.currency !== credit.currency) throw refused(transfer, 'an account has one currency')
    move(transfer, debit, credit, pending)
    checkLimits(transfer, debit)
    checkLimits(transfer, credit)
  }
}

function move(transfer: Transfer, debit: Balance, credit: Balance, pending: Map<string, Transfer>): void {
  const amount = transfer.amountMicros
  if (transfer.kind === 'pending') {
    debit.debitsPending += amount
    credit.creditsPending += amount
    pending.set(transfer.id, transfer)
    return
  }
  if (transfer.kind !== 'posted') {
    const held = takePending(transfer, pending)
    debit.debitsPending -= held
    credit.creditsPending -= held
  }
  if (transfer.kind !== 'void') {
    debit.debitsPosted += amount
    credit.creditsPosted += amount
  }
}

/** L2: a pending transfer resolves once, with the accounts it was made between, for no more than it holds. */
function takePending(transfer: Transfer, pending: Map<string, Transfer>): bigint {
  const held = transfer.pendingId === null ? undefined : pending.get(transfer.pendingId)
  if (!held) throw refused(transfer, 'the pending transfer is unknown or resolved')
  if (held.debitId !== transfer.debitId || held.creditId !== transfer.creditId)
    throw refused(transfer, 'the pending transfer is between other accounts')
  if (transfer.amountMicros > held.amountMicros) throw refused(transfer, 'more than is pending')
  if (transfer.kind === 'void' && transfer.amountMicros !== held.amountMicros)
    throw refused(transfer, 'a void returns the whole amount')
  pending.delete(held.id)
  return held.amountMicros
}

/** L3: what is pending counts against the limit at once. */
function checkLimits(transfer: Transfer, balance: Balance): void {
  if (balance.debitsMustNotExceedCredits && availableMicros(balance) < 0n) throw refused(transfer, 'exceeds the credit')
  const owed = balance.debitsPosted - balance.creditsPosted - balance.creditsPending
  if (balance.creditsMustNotExceedDebits && owed < 0n) throw refused(transfer, 'exceeds the debit')
}

function accountOf(balances: ReadonlyMap<string, Balance>, transfer: Transfer, id: string): Balance {
  const balance = balances.get(id)
  if (!balance) throw refused(transfer, `no ledger account ${id}`)
  if (balance.isClosed) throw refused(transfer, `ledger account ${id} is closed`)
  return balance
}

function refused(transfer: Transfer, reason: string) {
  return refuse('TransferRefused', `The ledger refused a transfer: ${reason}.`, { transferId: transfer.id, reason })
}
