import type { Db, Tx } from '../../../kit/db/database.js'
import { type CallLine, compileCallPrice } from '../rating/call-price.js'
import { readComponent } from '../rating/read-component.js'
import { listVersionComponents } from './queries.js'

/** Compiled prices kept in memory; a version never changes, so they never go stale. */
const CACHE_LIMIT = 5000

/** Reads and keeps the compiled prices of plan versions. */
export function createPlanLines() {
  const known = new Map<string, readonly CallLine[]>()
  return async (db: Db | Tx, planVersionIds: readonly string[]): Promise<(id: string) => readonly CallLine[]> => {
    const missing = planVersionIds.filter((id) => !known.has(id))
    if (known.size + missing.length > CACHE_LIMIT) known.clear()
    const wanted = planVersionIds.filter((id) => !known.has(id))
    for (const [id, components] of await listVersionComponents(db, wanted)) {
      known.set(id, compileCallPrice(components.map(readComponent)))
    }
    const lines = new Map(planVersionIds.map((id) => [id, known.get(id)]))
    return (id) => {
      const own = lines.get(id)
      if (!own) throw new Error(`no plan version ${id}`)
      return own
    }
  }
}
