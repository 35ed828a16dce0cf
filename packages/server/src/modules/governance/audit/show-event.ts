import type { AuditEventView } from '@stoa/contracts'
import type { EventLine, JsonObject, JsonValue } from '@stoa/formats'
import { fillIn } from '../../../kit/audit/open-events.js'

/** An event as pages show it; `names` are those of people who are still here, by id. */
export function showEvent({ event, open }: EventLine, names: ReadonlyMap<string, string>): AuditEventView {
  const named = (part: JsonObject): string | null =>
    textOf(fillIn(part['name'], open)) ?? names.get(String(part['id'])) ?? null
  return {
    seq: event.seq,
    id: event.id,
    at: event.ts,
    action: event.action,
    outcome: event.outcome,
    actor: {
      type: String(event.actor['type']),
      id: String(event.actor['id']),
      name: named(event.actor),
      onBehalfOf: textOf(event.actor['on_behalf_of'] ?? null),
    },
    target: { type: String(event.target['type']), id: String(event.target['id']), name: named(event.target) },
    before: fillIn(event.before, open) as JsonObject | null,
    after: fillIn(event.after, open) as JsonObject | null,
    rule: event.rule ?? null,
    reason: event.reason ?? null,
    ipPrefix: textOf(fillIn(event.ip_prefix, open)),
    requestId: event.request_id ?? null,
    hash: event.hash,
  }
}

/** Ids of people an event names by id alone. */
export function peopleIn({ event }: EventLine): string[] {
  return [event.actor, event.target].flatMap((part) => (part['type'] === 'user' ? [String(part['id'])] : []))
}

const textOf = (value: JsonValue): string | null => (typeof value === 'string' ? value : null)
