import { z } from 'zod'
import { route } from '../../define.js'
import { accountParam, amountText, currencyCode, cursorText, instant, microsText, objectId } from './money.js'

const MAX_PAGE = 200

/** `balance` is what was paid in and not yet spent; `held` of it is set aside for calls under way. */
export const walletView = z.object({
  currency: currencyCode,
  ledgerAccountId: z.string(),
  balanceMicros: microsText,
  heldMicros: microsText,
  availableMicros: microsText,
})
export type WalletView = z.output<typeof walletView>

/** One movement as the wallet's owner sees it. */
export const movement = z.object({
  transferId: objectId,
  groupId: z.string(),
  at: instant,
  direction: z.enum(['in', 'out']),
  /** `wallet.topup`, `usage`, … */
  code: z.string(),
  micros: microsText,
  /** The other ledger account: cash, a seller's payable, a revenue account. */
  counterpart: z.string(),
  /** A listing, a payment reference. */
  ref: z.string(),
})
export type Movement = z.output<typeof movement>

const account = z.object({ account: accountParam })

export const getWallets = route({
  id: 'market.wallets.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/wallets/:account',
  summary: 'Wallets of an account, one per currency. An account that never paid in has none.',
  auth: 'user',
  params: account,
  response: z.object({ account: z.string(), wallets: z.array(walletView) }),
  errors: ['AccountNotFound'],
})

export const topUpWallet = route({
  id: 'market.wallets.topup',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/market/wallets/:account/topups',
  summary: 'Records money received by hand (bank transfer, cash). Needs an Idempotency-Key; the same key pays in once.',
  auth: 'admin',
  params: account,
  body: z.strictObject({
    currency: currencyCode,
    amount: amountText,
    /** What the payment is known by: a bank reference, a receipt. */
    reference: z.string().trim().min(1).max(140),
  }),
  response: z.object({ transferId: objectId, wallet: walletView }),
  errors: ['AccountNotFound', 'InvalidAmount', 'IdempotencyKeyRequired', 'IdempotencyConflict', 'Forbidden'],
})

export const listMovements = route({
  id: 'market.wallets.movements',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/wallets/:account/transfers',
  summary: 'What went into and out of a wallet, newest first.',
  auth: 'user',
  params: account,
  query: z.object({
    currency: currencyCode.default('USD'),
    cursor: cursorText.optional(),
    limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
  }),
  response: z.object({ movements: z.array(movement), nextCursor: z.string().nullable() }),
  errors: ['AccountNotFound'],
})
