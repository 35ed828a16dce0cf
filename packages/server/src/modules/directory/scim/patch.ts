import { refuse } from '@stoa/contracts'
import { type Filter, type PatchPath, parsePatchPath } from './filter.js'
import { matchesValue } from './match-filter.js'
import { asObject, readValue, type Resource, type Value, VALUE_LIMITS } from './resource.js'
import { type Attribute, findAttribute, isIgnored, type ResourceSchema } from './schema.js'

/** Operations of one request, at most. */
export const PATCH_OPERATIONS_MAX = 1000

type Verb = 'add' | 'replace' | 'remove'
type Holder = Record<string, Value>

interface Step {
  readonly schema: ResourceSchema
  readonly verb: Verb
  /** The path was the key of an object, where foreign and read-only attributes fall away. */
  readonly isLoose: boolean
}

/**
 * The resource after the operations of a PATCH body (RFC 7644 §3.5.2), with the habits of the clients there are: verbs in
 * any case, `"False"`, keys with dots and filters in an object without path, a bare text for the manager. Nothing is
 * changed when one operation is refused. Throws `ScimInvalidSyntax`, `ScimInvalidPath`, `ScimInvalidValue`, `ScimNoTarget`,
 * `ScimMutability`.
 */
export function applyPatch(schema: ResourceSchema, before: Resource, body: unknown): Resource {
  const operations = readOperations(body)
  const resource = structuredClone(before)
  for (const operation of operations) applyOperation(schema, resource, operation)
  return resource
}

function readOperations(body: unknown): readonly unknown[] {
  const sent = asObject(body, 'The body')
  const key = Object.keys(sent).find((name) => name.toLowerCase() === 'operations')
  const operations = key === undefined ? undefined : sent[key]
  if (!Array.isArray(operations) || operations.length === 0) {
    throw refuse('ScimInvalidSyntax', 'The body has no Operations.')
  }
  if (operations.length > PATCH_OPERATIONS_MAX) {
    throw refuse('ScimTooMany', `One request has at most ${PATCH_OPERATIONS_MAX} operations.`)
  }
  return operations
}

function applyOperation(schema: ResourceSchema, resource: Resource, sent: unknown): void {
  const { op, path, value } = asObject(sent, 'An operation')
  const verb = typeof op === 'string' ? op.toLowerCase() : ''
  if (verb !== 'add' && verb !== 'replace' && verb !== 'remove') {
    throw refuse('ScimInvalidSyntax', 'An operation is add, replace or remove.')
  }
  if (path !== undefined && path !== null && path !== '') {
    if (typeof path !== 'string') throw refuse('ScimInvalidPath', 'A path is a text.')
    applyAt({ schema, verb, isLoose: false }, resource, parsePatchPath(path), value)
    return
  }
  if (verb === 'remove') throw refuse('ScimNoTarget', 'Say with a path what to remove.')
  for (const [key, one] of Object.entries(asObject(value, 'The value of an operation without a path'))) {
    if (key.toLowerCase() === 'schemas') continue
    applyAt({ schema, verb, isLoose: true }, resource, parsePatchPath(key), one)
  }
}

function applyAt(step: Step, resource: Resource, target: PatchPath, value: unknown): void {
  const { schema } = step
  const { path } = target
  const isExtension = path.schema !== null && path.schema === schema.extension?.urn
  if (path.name === '') return applyToWhole(step, resource, { isExtension, value })
  if (path.schema !== null && !isExtension && path.schema !== schema.urn) return
  if (!isExtension && isIgnored(schema, path.name)) return
  const attributes = isExtension ? (schema.extension?.attributes ?? []) : schema.attributes
  const attribute = findAttribute(attributes, path.name)
  if (!attribute) {
    if (step.isLoose) return
    throw refuse('ScimInvalidPath', `There is no attribute "${path.name}".`)
  }
  if (attribute.isReadOnly) {
    if (step.isLoose) return
    throw refuse('ScimMutability', `${attribute.name} cannot be changed.`)
  }
  const holder = isExtension ? extensionOf(schema, resource) : resource
  if (target.which !== null) applyToSome(step, { holder, attribute, which: target.which, sub: target.sub }, value)
  else if (path.sub !== null) applyToPart(step, { holder, attribute, sub: path.sub }, value)
  else applyToAll(step, { holder, attribute }, value)
  if (isExtension) dropEmpty(schema, resource)
}

/** `urn:…:User` as a path or key: every attribute in the object. */
function applyToWhole(
  step: Step,
  resource: Resource,
  { isExtension, value }: { isExtension: boolean; value: unknown },
) {
  const { schema, verb } = step
  const urn = isExtension ? (schema.extension?.urn ?? '') : schema.urn
  if (verb === 'remove') {
    if (isExtension) delete resource[urn]
    return
  }
  for (const [name, one] of Object.entries(asObject(value, urn))) {
    applyAt({ ...step, isLoose: true }, resource, parsePatchPath(`${urn}:${name}`), one)
  }
}

interface Place {
  readonly holder: Holder
  readonly attribute: Attribute
}

function applyToAll({ verb }: Step, { holder, attribute }: Place, value: unknown): void {
  const { name } = attribute
  if (verb === 'remove') {
    const isSome = attribute.isMulti && value !== undefined && value !== null
    set(holder, name, isSome ? without(holder[name], readValue(attribute, value)) : undefined)
    return
  }
  const read = readValue(attribute, value)
  if (attribute.isMulti) set(holder, name, verb === 'add' ? union(attribute, holder[name], read) : onePrimary(read))
  else if (attribute.type === 'complex') set(holder, name, read === undefined ? undefined : merged(holder[name], read))
  else set(holder, name, read)
}

function applyToPart({ verb }: Step, place: Place & { readonly sub: string }, value: unknown): void {
  const { holder, attribute, sub } = place
  const part = demandPart(attribute, sub)
  const read = verb === 'remove' ? undefined : readValue(part, value)
  if (!attribute.isMulti) {
    set(holder, attribute.name, withPart(holder[attribute.name], part, read))
    return
  }
  const values = listOf(holder[attribute.name])
  const touched = values.length === 0 && read !== undefined ? [{}] : values
  set(holder, attribute.name, onePrimary(touched.map((one) => withPart(one, part, read) ?? {})))
}

function applyToSome(
  { verb }: Step,
  place: Place & { readonly which: Filter; readonly sub: string | null },
  value: unknown,
): void {
  const { holder, attribute, which, sub } = place
  if (!attribute.isMulti)
    throw refuse('ScimInvalidPath', `${attribute.name} has one value: no filter chooses among it.`)
  const part = sub === null ? null : demandPart(attribute, sub)
  const values = listOf(holder[attribute.name])
  const isMeant = (one: Value): boolean => matchesValue(attribute, which, one)
  if (verb === 'remove') {
    const left = values.flatMap((one) => (isMeant(one) ? (part ? (withPart(one, part, undefined) ?? []) : []) : [one]))
    set(holder, attribute.name, left)
    return
  }
  const read = part ? readValue(part, value) : readValue({ ...attribute, isMulti: undefined } as never, value)
  const change = (one: Value): Value => (part ? withPart(one, part, read) : merged(one, read))
  if (values.some(isMeant)) {
    const changed = values.map((one) => (isMeant(one) ? (change(one) ?? {}) : one))
    set(
      holder,
      attribute.name,
      onePrimary(
        changed,
        changed.findIndex((one, at) => isPrimary(one) && isMeant(values[at])),
      ),
    )
    return
  }
  // Entra ID replaces the work address of somebody who has none: what the filter says becomes a new value.
  const fresh = valueSaidBy(which, attribute)
  if (fresh === null) throw refuse('ScimNoTarget', `No value of ${attribute.name} fits the filter.`)
  if (read !== undefined) set(holder, attribute.name, onePrimary([...values, change(fresh) ?? {}]))
}

/** `type eq "work"` says what a value must hold to be meant; other filters do not. */
function valueSaidBy(which: Filter, attribute: Attribute): Holder | null {
  const parts = which.kind === 'and' ? which.parts : [which]
  const fresh: Holder = {}
  for (const part of parts) {
    if (part.kind !== 'compare' || part.op !== 'eq') return null
    const sub = findAttribute(attribute.subs ?? [], part.path.name)
    if (!sub || sub.name === 'value') return null
    fresh[sub.name] = readValue(sub, part.value)
  }
  return fresh
}

function demandPart(attribute: Attribute, sub: string): Attribute {
  const part = findAttribute(attribute.subs ?? [], sub)
  if (!part) throw refuse('ScimInvalidPath', `${attribute.name} has no part "${sub}".`)
  return part
}

function withPart(value: Value, part: Attribute, read: Value): Value {
  const held = { ...(isHolder(value) ? value : {}) }
  set(held, part.name, read)
  return Object.keys(held).length === 0 ? undefined : held
}

function merged(before: Value, read: Value): Value {
  return isHolder(before) && isHolder(read) ? { ...before, ...read } : read
}

/** Values that are there already are not added again: two are one when their `value` is. */
function union(attribute: Attribute, before: Value, read: Value): Value {
  const known = listOf(before)
  const most = attribute.name === 'members' ? VALUE_LIMITS.members : VALUE_LIMITS.values
  const at = new Map(known.map((one, index) => [identityOf(one), index]))
  const values = [...known]
  let primary = -1
  for (const one of listOf(read)) {
    const place = at.get(identityOf(one))
    const index = place ?? values.length
    values[index] = place === undefined ? one : merged(values[place], one)
    if (place === undefined) at.set(identityOf(one), index)
    if (isPrimary(one)) primary = index
  }
  if (values.length > most) throw refuse('ScimInvalidValue', `${attribute.name} has more than ${most} values.`)
  return onePrimary(values, primary)
}

function without(before: Value, read: Value): Value {
  const gone = new Set(listOf(read).map(identityOf))
  return listOf(before).filter((one) => !gone.has(identityOf(one)))
}

const identityOf = (value: Value): string => {
  const own = isHolder(value) ? value['value'] : value
  return own === undefined ? JSON.stringify(value) : String(own).toLowerCase()
}

/** At most one value is the primary one: this, else the last. */
function onePrimary(values: Value, at = -1): Value {
  if (!Array.isArray(values)) return values
  const chosen = at >= 0 ? at : values.findLastIndex(isPrimary)
  return values.map((one, index) => (isPrimary(one) && index !== chosen ? { ...(one as Holder), primary: false } : one))
}

const isPrimary = (value: Value): boolean => isHolder(value) && value['primary'] === true
const isHolder = (value: Value): value is Holder => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: Value): Value[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]

/** Nothing and an empty list are both no attribute at all. */
function set(holder: Holder, name: string, value: Value): void {
  const isNone = value === undefined || value === null || (Array.isArray(value) && value.length === 0)
  if (isNone) delete holder[name]
  else holder[name] = value
}

function extensionOf(schema: ResourceSchema, resource: Resource): Holder {
  const urn = schema.extension?.urn ?? ''
  const held = resource[urn]
  if (isHolder(held)) return held
  const fresh: Holder = {}
  resource[urn] = fresh
  return fresh
}

function dropEmpty(schema: ResourceSchema, resource: Resource): void {
  const urn = schema.extension?.urn ?? ''
  const held = resource[urn]
  if (isHolder(held) && Object.keys(held).length === 0) delete resource[urn]
}
