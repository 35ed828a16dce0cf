import type { Tx } from '../../../kit/db/database.js'
import { itemProblem } from '../../../kit/manifest/noun.js'
import type { Account } from '../../accounts/index.js'
import type { CommerceDeps } from '../deps.js'

export type NounDeps = CommerceDeps & {
  /** Prices changed in this process: who keeps terms made of them is told. */
  tellPrices(): void
}

/** The account an item names under `key`; a problem of that key when there is none. */
export async function findOwner(deps: NounDeps, tx: Tx, key: string, name: string): Promise<Account> {
  const account = await deps.accounts.findAccount(tx, name)
  if (!account) throw itemProblem([key], `there is no account ${name}`)
  return account
}
