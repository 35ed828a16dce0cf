import type { Db, Tx } from '../../../kit/db/database.js'
import type { Kit } from '../../../kit/kit.js'
import type { Accounts } from '../../accounts/index.js'
import type { Home } from '../holder.js'
import { findPlaceOwner, listQuotaRows, sumUsage, takeTurn } from '../queries/quotas.js'
import {
  type Addition,
  demandFit,
  demandWithin,
  isUnlimited,
  type Quota,
  type QuotaRow,
  quotaOf,
  type Usage,
} from './quota.js'

/** Other processes hear of a changed quota within this. */
const MAX_AGE_MS = 10_000

/** The limits of accounts, and the door-keeper of everything that adds to what they hold. */
export interface Quotas {
  /**
   * Throws `QuotaExceeded` when an addition does not fit into what the account may hold. Inside of a transaction `db` is its
   * own, so that what it wrote counts, and nobody else adds to this account until it ends.
   */
  demandRoom(db: Db | Tx, accountId: string, addition: Addition): Promise<void>
  /** As `demandRoom`, for bytes on their way into a repository or bucket. */
  demandRoomIn(db: Db | Tx, place: Home, bytes: bigint): Promise<void>
  /** Throws `QuotaExceeded` when what the transaction stored in this place is too much. */
  demandKept(tx: Tx, place: Home): Promise<void>
  quotaOf(db: Db | Tx, accountId: string): Promise<Quota>
  /** Reads the limits again; after they were changed here. */
  forget(): void
}

type QuotaDeps = Pick<Kit, 'clock'> & { readonly accounts: Pick<Accounts, 'getAccount'> }

export function createQuotas(deps: QuotaDeps): Quotas {
  let known: { readonly rows: readonly QuotaRow[]; readonly atMs: number } | null = null
  const rowsOf = async (db: Db | Tx): Promise<readonly QuotaRow[]> => {
    const nowMs = deps.clock.now().getTime()
    if (!known || nowMs - known.atMs >= MAX_AGE_MS || nowMs < known.atMs) {
      known = { rows: await listQuotaRows(db), atMs: nowMs }
    }
    return known.rows
  }
  type Demand = (accountName: string, quota: Quota, usage: Usage) => void
  const demand = async (db: Db | Tx, accountId: string, check: Demand): Promise<void> => {
    const account = await deps.accounts.getAccount(db, accountId)
    const quota = quotaOf(await rowsOf(db), account)
    if (isUnlimited(quota)) return
    if (db.isTransaction) await takeTurn(db as Tx, accountId)
    check(account.name, quota, await sumUsage(db, accountId))
  }
  const hasLimits = async (db: Db | Tx): Promise<boolean> => (await rowsOf(db)).length > 0
  return {
    demandRoom: async (db, accountId, addition) => {
      if (!(await hasLimits(db))) return
      await demand(db, accountId, (name, quota, usage) => demandFit(name, quota, usage, addition))
    },
    demandRoomIn: async (db, place, bytes) => {
      const owner = (await hasLimits(db)) ? await findPlaceOwner(db, place) : null
      if (!owner) return
      const { accountId, visibility } = owner
      await demand(db, accountId, (name, quota, usage) => demandFit(name, quota, usage, { visibility, bytes }))
    },
    demandKept: async (tx, place) => {
      const owner = (await hasLimits(tx)) ? await findPlaceOwner(tx, place) : null
      if (!owner) return
      await demand(tx, owner.accountId, (name, quota, usage) => demandWithin(name, quota, usage, owner.visibility))
    },
    quotaOf: async (db, accountId) => quotaOf(await rowsOf(db), await deps.accounts.getAccount(db, accountId)),
    forget: () => {
      known = null
    },
  }
}
