/** Chart of accounts (market.md §7): a code says what an account is, its owner whose it is. */
export const LEDGER_CODES = {
  cash: 1000,
  receivable: 1100,
  wallet: 2000,
  promo: 2010,
  /** Counterpart of what running processes hold; its credits are always pending. */
  leases: 2020,
  payable: 2100,
  available: 2110,
  tax: 2200,
  dispute: 2300,
  revenue: 4000,
  breakage: 4900,
  rounding: 4910,
  promoExpense: 5000,
  providerFees: 5100,
} as const

/** The code of transfers that hold a part of a wallet for a process: always pending, to the process's `leases` account. */
export const LEASE_CODE = 'lease'

export type LedgerCode = keyof typeof LEDGER_CODES

export interface LedgerAccountSpec {
  readonly id: string
  readonly code: number
  readonly owner: string
  readonly currency: string
  readonly debitsMustNotExceedCredits: boolean
}

/** Accounts that can never go below zero: what people paid in. */
const GUARDED: ReadonlySet<LedgerCode> = new Set(['wallet', 'promo'])

/** The account of a code, owner and currency; its id follows from these. */
export function ledgerAccount(code: LedgerCode, owner: string, currency: string): LedgerAccountSpec {
  return {
    id: `${LEDGER_CODES[code]}:${owner}:${currency}`,
    code: LEDGER_CODES[code],
    owner,
    currency,
    debitsMustNotExceedCredits: GUARDED.has(code),
  }
}
