import { personal } from '../../../kit/audit/audit.js'
import type { Tx } from '../../../kit/db/database.js'
import type { CommerceDeps } from '../deps.js'
import { applyGroup, type GroupResult } from '../ledger/apply-group.js'
import { ledgerAccount } from '../ledger/chart.js'
import { transferId } from '../ledger/transfer.js'

export const TOPUP_CODE = 'wallet.topup'
/** Money received by hand: bank transfer, cash, an internal budget. */
export const MANUAL_PROVIDER = 'manual'

export interface WalletCredit {
  readonly accountId: string
  readonly currency: string
  readonly amountMicros: bigint
  /** Makes it happen once per account: an idempotency key, a manifest id, a payment's reference. */
  readonly factId: string
  /** What the owner reads on the statement. */
  readonly reference: string
}

/** The transfer that a credit makes; the same fact always makes the same one. */
export function creditTransferId(credit: Pick<WalletCredit, 'accountId' | 'currency' | 'factId'>): string {
  return transferId('wallet.topup', credit.accountId, credit.currency, credit.factId)
}

/** cash → wallet. A repeated fact changes nothing; with another amount it is a `TransferConflict`. */
export async function creditWallet(
  deps: Pick<CommerceDeps, 'audit' | 'clock'>,
  tx: Tx,
  credit: WalletCredit,
): Promise<{ transferId: string; result: GroupResult }> {
  const cash = ledgerAccount('cash', MANUAL_PROVIDER, credit.currency)
  const wallet = ledgerAccount('wallet', credit.accountId, credit.currency)
  const id = creditTransferId(credit)
  const transfer = {
    id,
    kind: 'posted' as const,
    debitId: cash.id,
    creditId: wallet.id,
    amountMicros: credit.amountMicros,
    pendingId: null,
    code: TOPUP_CODE,
    ref: credit.reference,
  }
  const group = { id: `topup:${id}`, at: deps.clock.now(), accounts: [cash, wallet], transfers: [transfer] }
  const result = await applyGroup(tx, group)
  if (result === 'replayed') return { transferId: id, result }
  const { accountId, currency, amountMicros, reference } = credit
  const after = { currency, amountMicros, reference: personal(accountId, reference) }
  const target = { type: 'transfer', id }
  await deps.audit.record(tx, { chain: accountId, action: 'billing.wallet.credit', target, after })
  return { transferId: id, result }
}
