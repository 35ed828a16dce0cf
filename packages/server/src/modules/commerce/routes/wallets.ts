import * as contracts from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { HttpScope } from '../../../kit/http/server.js'
import { getVisibleAccount } from '../access.js'
import { cursorInstant, readCursor, writeCursor } from '../../../kit/http/cursor.js'
import { LEASE_CODE, LEDGER_CODES, ledgerAccount } from '../ledger/chart.js'
import { findLedgerAccount, listLedgerAccounts, listTransfers, type TransferRow } from '../ledger/queries.js'
import { parseAmount } from '../money/amount.js'
import { creditWallet } from '../wallets/credit-wallet.js'
import { onceByKey, readIdempotencyKey } from '../wallets/idempotency.js'
import { toWalletView } from '../views.js'
import type { RouteDeps } from './deps.js'

export function bindWallets(http: HttpScope, deps: RouteDeps): void {
  http.bind(contracts.getWallets, async ({ actor, params }) => {
    const account = await getVisibleAccount(deps, actor, params.account)
    const rows = await listLedgerAccounts(deps.db, { owner: account.id, codes: [LEDGER_CODES.wallet] })
    return { account: account.name, wallets: rows.map(toWalletView) }
  })

  http.bind(contracts.topUpWallet, async ({ actor, params, body, request }) => {
    const key = readIdempotencyKey(request.headers['idempotency-key'])
    const account = await deps.accounts.findAccount(deps.db, params.account)
    if (!account) throw refuse('AccountNotFound')
    const amountMicros = readPositive(body.amount)
    const credit = { accountId: account.id, currency: body.currency, amountMicros, reference: body.reference }
    const kept = { actorId: actor.userId, key, body: { ...body, account: account.id }, at: deps.clock.now() }
    const { transferId } = await deps.write((tx) =>
      onceByKey(tx, kept, async () => {
        const made = await creditWallet(deps, tx, { ...credit, factId: `key:${actor.userId}:${key}` })
        return { transferId: made.transferId }
      }),
    )
    const wallet = await findLedgerAccount(deps.db, ledgerAccount('wallet', account.id, body.currency).id)
    if (!wallet) throw new Error('a credited wallet is missing')
    return { transferId, wallet: toWalletView(wallet) }
  })

  http.bind(contracts.listMovements, async ({ actor, params, query }) => {
    const account = await getVisibleAccount(deps, actor, params.account)
    const wallet = ledgerAccount('wallet', account.id, query.currency).id
    const after = readCursor(query.cursor, 2)
    const cursor = after ? { at: cursorInstant(after[0]), id: after[1] ?? '' } : null
    const filter = { ledgerAccountId: wallet, kinds: ['posted', 'post'] as const, exceptCode: LEASE_CODE }
    const rows = await listTransfers(deps.db, filter, { limit: query.limit, after: cursor })
    const last = rows.at(-1)
    const nextCursor = rows.length === query.limit && last ? writeCursor([last.at.toISOString(), last.id]) : null
    return { movements: rows.map((row) => toMovement(row, wallet)), nextCursor }
  })
}

function readPositive(text: string): bigint {
  const micros = parseAmount(text)
  if (micros <= 0n) throw refuse('InvalidAmount', 'The amount must be more than nothing.')
  return micros
}

function toMovement(row: TransferRow, wallet: string): contracts.Movement {
  const isIn = row.creditId === wallet
  return {
    transferId: row.id,
    groupId: row.groupId,
    at: row.at.toISOString(),
    direction: isIn ? 'in' : 'out',
    code: row.code,
    micros: `${row.amountMicros}`,
    counterpart: isIn ? row.debitId : row.creditId,
    ref: row.ref,
  }
}
