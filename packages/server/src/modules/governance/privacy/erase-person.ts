import { actAs } from '../../../kit/audit/audit.js'
import { type ErasedTable, erasePersonRows, loadRegister } from '../../../kit/privacy/person-data.js'
import type { GovernanceDeps } from '../deps.js'
import { listHeldAccounts } from '../queries/retention.js'
import { finishErasure, listDueErasures, type PrivacyRequestRow } from '../queries/privacy-requests.js'

/** A person who is being erased, as a module is told. */
export interface Leaver {
  readonly userId: string
  readonly name: string
}

/** What a module does itself before the register is applied: things that own bytes, or hold the name in their text. */
export type Eraser = (leaver: Leaver) => Promise<void>

export interface ErasureReceipt {
  readonly at: string
  readonly tables: readonly ErasedTable[]
}

type EraseDeps = GovernanceDeps & { readonly erasers: readonly Eraser[] }

/** Erases everybody whose cooling-off is over; one who cannot be erased yet stops nobody else. A legal hold makes it wait. */
export async function runErasures(deps: EraseDeps): Promise<void> {
  const held = await listHeldAccounts(deps.db)
  for (const request of await listDueErasures(deps.db, deps.clock.now())) {
    if (held.includes(request.userId)) continue
    try {
      await erasePerson(deps, request)
    } catch (error) {
      deps.log.error('an erasure could not be finished', error, { request: request.id })
    }
  }
}

/**
 * Erases a person: the modules first, then, in one transaction, everything the register names, and the key of what the
 * audit chains hold about them. May be repeated after a failure.
 */
async function erasePerson(deps: EraseDeps, request: PrivacyRequestRow): Promise<void> {
  const { userId } = request
  const { name } = await deps.accounts.getAccount(deps.db, userId)
  const register = await loadRegister(deps.db)
  await actAs('erasure', async () => {
    for (const erase of deps.erasers) await erase({ userId, name })
    await deps.write(async (tx) => {
      const obstacles = await deps.accounts.erasure.listObstacles(tx, userId)
      if (obstacles.length > 0) throw new Error(obstacles.join(' '))
      await deps.accounts.erasure.remove(tx, userId)
      await deps.audit.record(tx, {
        chain: userId,
        action: 'privacy.erase',
        target: { type: 'user', id: userId },
        after: { request: request.id },
      })
      const tables = await erasePersonRows(tx, register, userId)
      await deps.audit.eraseSubject(tx, userId)
      const now = deps.clock.now()
      const receipt: ErasureReceipt = { at: now.toISOString(), tables }
      await finishErasure(tx, request.id, receipt, now)
    })
  })
}
