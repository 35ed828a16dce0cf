import { amountText, currencyCode } from '@stoa/contracts'
import { z } from 'zod'
import type { Db, Tx } from '../../../kit/db/database.js'
import { type Change, itemProblem, type ManifestNoun } from '../../../kit/manifest/noun.js'
import { LEDGER_CODES, ledgerAccount } from '../ledger/chart.js'
import { findTransfers, listCredits } from '../ledger/queries.js'
import { formatMicros, parseAmount } from '../money/amount.js'
import { creditTransferId, creditWallet, TOPUP_CODE } from '../wallets/credit-wallet.js'
import { namesOf } from '../views.js'
import { findOwner, type NounDeps } from './find-owner.js'

const wallet = z.strictObject({
  account: z.string().min(1).max(96),
  currency: currencyCode,
  credit: amountText,
  /** Makes the credit happen once. */
  id: z.string().regex(/^[\w.:-]{1,100}$/, 'letters, digits, . _ : -'),
})
export type WalletItem = z.output<typeof wallet>

/** `wallets:` of a manifest: money paid in, once per `id`. Balances are not declared; they follow from what happened. */
export function createWalletsNoun(deps: NounDeps): ManifestNoun<WalletItem> {
  return {
    key: 'wallets',
    identity: ['account', 'currency', 'id'],
    schema: wallet,
    apply: (tx, item) => applyCredit(deps, tx, item),
    remove: async () => {
      throw itemProblem(['id'], 'money paid in is never taken back by a manifest')
    },
    export: (db) => exportCredits(deps, db),
  }
}

async function applyCredit(deps: NounDeps, tx: Tx, item: WalletItem): Promise<Change | null> {
  const account = await findOwner(deps, tx, 'account', item.account)
  const amountMicros = parseAmount(item.credit)
  if (amountMicros <= 0n) throw itemProblem(['credit'], 'an amount above zero')
  const credit = {
    accountId: account.id,
    currency: item.currency,
    amountMicros,
    factId: factOf(item.id),
    reference: item.id,
  }
  const walletId = ledgerAccount('wallet', account.id, item.currency).id
  // A credit made by hand is exported under its transfer's id; meeting it again must not pay in again.
  const known = await findTransfers(tx, [creditTransferId(credit), item.id])
  for (const transfer of known.values()) {
    if (transfer.creditId !== walletId || transfer.code !== TOPUP_CODE) continue
    if (transfer.amountMicros === amountMicros) return null
    throw itemProblem(
      ['credit'],
      `${formatMicros(transfer.amountMicros)}: this id was credited with that already; use a new id`,
    )
  }
  await creditWallet(deps, tx, credit)
  return {
    kind: 'create',
    subject: `wallet ${account.name} ${item.currency}`,
    text: `credit ${item.credit} (${item.id})`,
  }
}

async function exportCredits(deps: NounDeps, db: Db): Promise<WalletItem[]> {
  const rows = await listCredits(db, { code: TOPUP_CODE, accountCode: LEDGER_CODES.wallet })
  const nameOf = await namesOf(
    { ...deps, db },
    rows.map((row) => row.owner),
  )
  return rows.map((row) => {
    const byManifest = creditTransferId({ accountId: row.owner, currency: row.currency, factId: factOf(row.ref) })
    const id = row.id === byManifest ? row.ref : row.id
    return { account: nameOf(row.owner), currency: row.currency, credit: formatMicros(row.amountMicros), id }
  })
}

function factOf(id: string): string {
  return `manifest:${id}`
}
