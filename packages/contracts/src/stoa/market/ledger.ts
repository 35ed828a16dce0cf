import { z } from 'zod'
import { route } from '../../define.js'
import { currencyCode, cursorText, instant, microsText, objectId } from './money.js'

const MAX_PAGE = 200
const ledgerId = z.string().min(1).max(160)

export const ledgerAccountView = z.object({
  id: z.string(),
  code: z.int(),
  owner: z.string(),
  currency: currencyCode,
  debitsPostedMicros: microsText,
  creditsPostedMicros: microsText,
  debitsPendingMicros: microsText,
  creditsPendingMicros: microsText,
})

export const transferView = z.object({
  id: objectId,
  groupId: z.string(),
  at: instant,
  kind: z.enum(['posted', 'pending', 'post', 'void']),
  debitId: z.string(),
  creditId: z.string(),
  micros: microsText,
  pendingId: z.string().nullable(),
  code: z.string(),
  ref: z.string(),
})
export type TransferView = z.output<typeof transferView>

export const listLedgerAccounts = route({
  id: 'market.ledger.accounts',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/ledger/accounts',
  summary: 'Ledger accounts with their counters. `unbalanced` must be empty: it is recomputed from the transfers.',
  auth: 'admin',
  query: z.object({ owner: z.string().max(96).optional() }),
  response: z.object({ accounts: z.array(ledgerAccountView), unbalanced: z.array(z.string()) }),
  errors: ['Forbidden'],
})

export const listTransfers = route({
  id: 'market.ledger.transfers',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/market/ledger/transfers',
  summary:
    'Transfers of a ledger account or a group, newest first. Everybody but admins sees only those that touch their own accounts.',
  auth: 'user',
  query: z.object({
    ledgerAccountId: ledgerId.optional(),
    groupId: ledgerId.optional(),
    cursor: cursorText.optional(),
    limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  }),
  response: z.object({ transfers: z.array(transferView), nextCursor: z.string().nullable() }),
  errors: ['LedgerAccountNotFound', 'InvalidRequest'],
})
