import * as contracts from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { HttpScope } from '../../../kit/http/server.js'
import { can } from '../../accounts/index.js'
import { cursorInstant, readCursor, writeCursor } from '../../../kit/http/cursor.js'
import { findLedgerAccount, findUnbalancedAccounts, listLedgerAccounts, listTransfers } from '../ledger/queries.js'
import { toTransferView } from '../views.js'
import type { RouteDeps } from './deps.js'

export function bindLedger(http: HttpScope, deps: RouteDeps): void {
  http.bind(contracts.listLedgerAccounts, async ({ query }) => {
    const rows = await listLedgerAccounts(deps.db, query.owner === undefined ? {} : { owner: query.owner })
    return {
      accounts: rows.map((row) => ({
        id: row.id,
        code: row.code,
        owner: row.owner,
        currency: row.currency,
        debitsPostedMicros: `${row.debitsPosted}`,
        creditsPostedMicros: `${row.creditsPosted}`,
        debitsPendingMicros: `${row.debitsPending}`,
        creditsPendingMicros: `${row.creditsPending}`,
      })),
      unbalanced: await findUnbalancedAccounts(deps.db),
    }
  })

  http.bind(contracts.listTransfers, async ({ actor, query }) => {
    if (query.ledgerAccountId === undefined && query.groupId === undefined)
      throw refuse('InvalidRequest', 'Name a ledger account or a transfer group.')
    const owners = can(actor, 'platform.ledger.read', null).allow ? undefined : ownersOf(actor)
    await refuseForeign(deps, query.ledgerAccountId, owners)
    const after = readCursor(query.cursor, 2)
    const filter = {
      ...(query.ledgerAccountId === undefined ? {} : { ledgerAccountId: query.ledgerAccountId }),
      ...(query.groupId === undefined ? {} : { groupId: query.groupId }),
      ...(owners === undefined ? {} : { owners }),
    }
    const cursor = after ? { at: cursorInstant(after[0]), id: after[1] ?? '' } : null
    const rows = await listTransfers(deps.db, filter, { limit: query.limit, after: cursor })
    const last = rows.at(-1)
    return {
      transfers: rows.map(toTransferView),
      nextCursor: rows.length === query.limit && last ? writeCursor([last.at.toISOString(), last.id]) : null,
    }
  })
}

/** Accounts whose money the actor may see. */
function ownersOf(actor: UserActor): string[] {
  const own = [
    { id: actor.userId, type: 'user' as const, name: actor.name },
    ...actor.memberships.map((org) => ({ id: org.accountId, type: 'org' as const, name: org.name })),
  ]
  return own.filter((account) => can(actor, 'money.see', account).allow).map((account) => account.id)
}

/** A ledger account of somebody else is not there. */
async function refuseForeign(
  deps: RouteDeps,
  id: string | undefined,
  owners: readonly string[] | undefined,
): Promise<void> {
  if (id === undefined) return
  const account = await findLedgerAccount(deps.db, id)
  if (!account || (owners && !owners.includes(account.owner))) throw refuse('LedgerAccountNotFound')
}
