import { randomBytes } from 'node:crypto'
import { commitTo, eventText, type JsonObject, type JsonValue, type UnchainedEvent } from '@stoa/formats'
import { addressPrefix } from '../http/address-prefix.js'
import type { RequestContext } from '../http/request-context.js'
import {
  type AuditActor,
  type AuditEntry,
  type AuditFacts,
  type AuditValue,
  Personal,
  type WrittenEvent,
} from './entry.js'
import { eventKey, sealValues } from './subject-keys.js'
import { hashUserAgent } from './who.js'

const MAX_TEXT = 1_000
const MAX_EVENT_BYTES = 64 * 1024

/** Everything an event is made of. */
export interface Happening {
  readonly entry: AuditEntry
  readonly chain: string
  readonly actor: AuditActor
  readonly request: RequestContext | undefined
  readonly id: string
  readonly at: Date
  /** The person whose name the target carries when the entry does not say: its owner. */
  readonly nameSubject: string | null
}

/** Keys by person; null for somebody erased. */
export type KeysOf = ReadonlyMap<string, Buffer | null>

/** The people an event holds values of. */
export function subjectsOf(happening: Happening): Set<string> {
  const found = new Set<string>()
  writeBody(happening, (personal) => {
    found.add(personal.subjectId)
    return null
  })
  return found
}

/** The event's text, and what goes into the vault. */
export function writeEvent(happening: Happening, keys: KeysOf): WrittenEvent {
  const { entry, chain, actor, id, at } = happening
  const vault = new Map<string, JsonObject>()
  const event = writeBody(happening, ({ subjectId, value }, place) => {
    const subjectKey = keys.get(subjectId)
    const key = subjectKey ? eventKey(subjectKey, id) : randomBytes(32).toString('hex')
    if (subjectKey) vault.set(subjectId, { ...vault.get(subjectId), [place]: value })
    return { ref: `${subjectId}:${place}`, commit: commitTo(key, place, value) }
  })
  const text = eventText(event)
  if (text[0].length + text[1].length + text[2].length > MAX_EVENT_BYTES) throw new Error(`${entry.action} is too long`)
  return {
    chain,
    id,
    at,
    action: entry.action,
    outcome: event.outcome,
    actorId: actor.type === 'user' ? actor.id : null,
    targetType: entry.target.type,
    targetId: entry.target.id,
    text,
    sealed: [...vault].map(([subjectId, values]) => ({
      subjectId,
      bytes: sealValues(keys.get(subjectId) as Buffer, id, values),
    })),
  }
}

type Hide = (personal: Personal, place: string) => JsonValue

function writeBody({ entry, chain, actor, request, id, at, nameSubject }: Happening, hide: Hide): UnchainedEvent {
  const { target, before, after, rule, reason } = entry
  const targetUser = target.type === 'user' ? target.id : null
  const person = actor.type === 'user' ? actor.id : targetUser
  const about = (value: string): Personal | string => (person === null ? value : new Personal(person, value))
  const named = targetUser ?? nameSubject
  const name = typeof target.name === 'string' && named !== null ? new Personal(named, target.name) : target.name
  const where = request && {
    ip_prefix: toJson(about(addressPrefix(request.address)), 'ip_prefix', hide),
    ua_hash: toJson(about(hashUserAgent(request.userAgent)), 'ua_hash', hide),
    request_id: request.requestId.slice(0, MAX_TEXT),
  }
  return {
    id,
    ts: at.toISOString(),
    chain,
    actor: factsOf(
      {
        type: actor.type,
        id: actor.id,
        name: actor.name === undefined ? undefined : about(actor.name),
        token_id: actor.tokenId,
        session_id: actor.sessionId,
        on_behalf_of: actor.onBehalfOf,
      },
      'actor',
      hide,
    ),
    action: entry.action,
    target: factsOf({ type: target.type, id: target.id, name }, 'target', hide),
    outcome: entry.outcome ?? 'success',
    ...(before && { before: factsOf(before, 'before', hide) }),
    ...(after && { after: factsOf(after, 'after', hide) }),
    ...where,
    ...(rule === undefined ? {} : { rule }),
    ...(reason === undefined ? {} : { reason: reason.slice(0, MAX_TEXT) }),
  }
}

function factsOf(facts: AuditFacts, place: string, hide: Hide): JsonObject {
  const members = Object.entries(facts).filter(([, value]) => value !== undefined)
  return Object.fromEntries(members.map(([key, value]) => [key, toJson(value, `${place}.${key}`, hide)]))
}

function toJson(value: AuditValue, place: string, hide: Hide): JsonValue {
  if (value instanceof Personal) return value.value === null ? null : hide(value, place)
  if (typeof value === 'string') return value.slice(0, MAX_TEXT)
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return value.toISOString()
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return value
  if (isList(value)) return value.map((item, index) => toJson(item, `${place}.${index}`, hide))
  return factsOf(value, place, hide)
}

function isList(value: object): value is readonly AuditValue[] {
  return Array.isArray(value)
}
