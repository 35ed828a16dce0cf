import { AUDIT_CLASS, type RetentionClass } from '@stoa/contracts'
import { type AgingTable, daysOf, listAgingTables } from '../../../kit/privacy/old-rows.js'
import { loadRegister } from '../../../kit/privacy/person-data.js'
import type { GovernanceDeps } from '../deps.js'
import { listRules } from '../queries/retention.js'

/** A class of records that is deleted by age; `aging` is null for audit events. */
export interface KnownClass extends RetentionClass {
  readonly aging: AgingTable | null
}

/** What the register says is deleted by age, with what was decided here; audit events first. */
export async function listClasses(deps: Pick<GovernanceDeps, 'db'>): Promise<KnownClass[]> {
  const register = await loadRegister(deps.db)
  const rules = await listRules(deps.db)
  const events = register.find((table) => table.schema === 'kit' && table.name === 'audit_events')
  const kept = events?.columns.flatMap((column) => daysOf(column.retain) ?? []) ?? []
  const classes = [
    { class: AUDIT_CLASS, purposes: ['audit chains'], registerDays: Math.max(1, ...kept), aging: null },
    ...listAgingTables(register).map((aging) => ({
      class: aging.name,
      purposes: [...new Set(aging.table.columns.map((column) => column.purpose))],
      registerDays: aging.days,
      aging,
    })),
  ]
  return classes.map((one) => ({ ...one, days: Math.min(rules.get(one.class) ?? one.registerDays, one.registerDays) }))
}
