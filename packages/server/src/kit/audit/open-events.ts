import { type AuditEvent, type EventLine, isPersonalSlot, type JsonValue } from '@stoa/formats'
import type { Db, Tx } from '../db/database.js'
import { listSubjectKeys } from './queries.js'
import { listVault } from './read-events.js'
import { eventKey, openValues, type SubjectKeys } from './subject-keys.js'

/** The event lines of an export: each event with the personal values that still exist. */
export async function openEvents(
  db: Db | Tx,
  keys: SubjectKeys,
  chain: string,
  events: readonly AuditEvent[],
): Promise<EventLine[]> {
  const vault = await listVault(
    db,
    chain,
    events.map((event) => event.seq),
  )
  const rows = await listSubjectKeys(db, [...new Set(vault.map((row) => row.subjectId))])
  const keyOf = new Map(rows.map((row) => [row.subjectId, keys.open(row)]))
  return events.map((event) => {
    const open: Record<string, { value: JsonValue; key: string }> = {}
    for (const row of vault.filter((one) => one.seq === event.seq)) {
      const subjectKey = keyOf.get(row.subjectId)
      if (!subjectKey) continue
      const key = eventKey(subjectKey, event.id)
      for (const [place, value] of Object.entries(openValues(subjectKey, event.id, row.sealed))) {
        open[`${row.subjectId}:${place}`] = { value, key }
      }
    }
    return { type: 'event', event, ...(Object.keys(open).length === 0 ? {} : { open }) }
  })
}

/** Stands where a value was destroyed. */
export const ERASED = { erased: true } as const

/** A part of an event with its personal values in place. */
export function fillIn(value: JsonValue | undefined, open: EventLine['open']): JsonValue | null {
  if (value === undefined || value === null) return null
  if (isPersonalSlot(value)) return open?.[value.ref]?.value ?? { ...ERASED }
  if (Array.isArray(value)) return value.map((item) => fillIn(item, open))
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fillIn(inner, open)]))
}
