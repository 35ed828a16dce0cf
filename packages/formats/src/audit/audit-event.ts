import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { JsonObject, JsonValue } from '../json-value.js'
import { canonicalJson, canonicalMembers } from './canonical-json.js'

/** `prev_hash` of the first event of a chain. */
export const AUDIT_GENESIS = '0'.repeat(64)

/** Stands in an event where a personal value belongs; the value lies elsewhere and can be destroyed. */
export interface PersonalSlot {
  /** `<subject id>:<place in the event>`. */
  readonly ref: string
  /** HMAC-SHA256 of the place and the value, hex, under a key of this event and subject. */
  readonly commit: string
}

/** One line of a chain, as it is hashed, stored and exported. */
export interface AuditEvent {
  readonly seq: number
  readonly id: string
  readonly ts: string
  readonly chain: string
  readonly actor: JsonObject
  readonly action: string
  readonly target: JsonObject
  readonly outcome: 'success' | 'denied' | 'failed'
  readonly before?: JsonObject
  readonly after?: JsonObject
  readonly ip_prefix?: JsonValue
  readonly ua_hash?: JsonValue
  readonly rule?: string
  readonly reason?: string
  readonly request_id?: string
  readonly prev_hash: string
  readonly hash: string
}

/** An event before its place in the chain is known. */
export type UnchainedEvent = Omit<AuditEvent, 'seq' | 'prev_hash' | 'hash'>

/** The canonical text of an event around the two members that only the chain knows: `0` prev_hash `1` seq `2`. */
export type EventText = readonly [string, string, string]

/** Splits the canonical text so that whoever holds the chain's head fills in hash and number without parsing it. */
export function eventText(event: UnchainedEvent): EventText {
  const { id, ts, chain, actor, action, target, outcome, before, after } = event
  const early = { id, ts, chain, actor, action, target, outcome, before, after, ip_prefix: event.ip_prefix }
  const middle = { reason: event.reason, request_id: event.request_id, rule: event.rule }
  const { target: last, ts: time, ...head } = defined(early)
  const tail = { target: last as JsonValue, ts: time as JsonValue, ...defined({ ua_hash: event.ua_hash }) }
  const between = canonicalMembers(defined(middle))
  return [
    `{${canonicalMembers(head).join(',')},"prev_hash":"`,
    `",${between.map((member) => `${member},`).join('')}"seq":`,
    `,${canonicalMembers(tail).join(',')}}`,
  ]
}

/** Hex of SHA-256 over the previous hash's 32 bytes and the canonical text of the event without its hash. */
export function hashEvent(event: AuditEvent): string {
  const { hash: _, ...hashed } = event
  const previous = Buffer.from(event.prev_hash, 'hex')
  return createHash('sha256')
    .update(previous)
    .update(canonicalJson(hashed as unknown as JsonObject))
    .digest('hex')
}

/** What a slot's `commit` must be for this value; `key` is hex. */
export function commitTo(key: string, place: string, value: JsonValue): string {
  return createHmac('sha256', Buffer.from(key, 'hex'))
    .update(`${place}\n${canonicalJson(value)}`)
    .digest('hex')
}

/** Whether a shown value is the one the event was made with. */
export function isCommitted(slot: PersonalSlot, key: string, value: JsonValue): boolean {
  const place = slot.ref.slice(slot.ref.indexOf(':') + 1)
  const [wanted, actual] = [Buffer.from(slot.commit, 'hex'), Buffer.from(commitTo(key, place, value), 'hex')]
  return wanted.length === actual.length && timingSafeEqual(wanted, actual)
}

/** Whether a value of an event is a slot. */
export function isPersonalSlot(value: unknown): value is PersonalSlot {
  const slot = value as Partial<PersonalSlot> | null
  return typeof slot === 'object' && typeof slot?.ref === 'string' && typeof slot.commit === 'string'
}

function defined(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject
}
