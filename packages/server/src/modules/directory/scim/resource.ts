import { refuse } from '@stoa/contracts'
import { type Attribute, findAttribute, isIgnored, type ResourceSchema } from './schema.js'

/** A resource as JSON, with the names of the schema. */
export interface Resource {
  [name: string]: Value
}
export type Value = string | number | boolean | null | undefined | Value[] | { [name: string]: Value }

export const VALUE_LIMITS = { characters: 1024, values: 50, members: 20_000 } as const

/** Reads a body into the attributes the schema knows; read-only and foreign ones fall away. Throws `ScimInvalidValue`. */
export function readResource(schema: ResourceSchema, body: unknown): Resource {
  const sent = asObject(body, 'The body')
  const resource: Resource = {}
  for (const [name, value] of Object.entries(sent)) {
    if (schema.extension && name.toLowerCase() === schema.extension.urn.toLowerCase()) {
      const extension = readAttributes(schema.extension.attributes, asObject(value, name))
      if (Object.keys(extension).length > 0) resource[schema.extension.urn] = extension
      continue
    }
    const attribute = findAttribute(schema.attributes, name)
    if (!attribute || attribute.isReadOnly || isIgnored(schema, name)) continue
    const read = readValue(attribute, value)
    if (read !== undefined) resource[attribute.name] = read
  }
  return resource
}

/** The value as the schema wants it; undefined for none (null, or an empty list). Throws `ScimInvalidValue`. */
export function readValue(attribute: Attribute, value: unknown): Value {
  if (value === null || value === undefined) return undefined
  if (!attribute.isMulti) return readOne(attribute, Array.isArray(value) && value.length === 1 ? value[0] : value)
  const values = Array.isArray(value) ? value : [value]
  const most = attribute.name === 'members' ? VALUE_LIMITS.members : VALUE_LIMITS.values
  if (values.length > most) throw refuse('ScimInvalidValue', `${attribute.name} has more than ${most} values.`)
  const read = values.map((one) => readOne(attribute, one)).filter((one) => one !== undefined)
  return read.length === 0 ? undefined : read
}

function readOne(attribute: Attribute, value: unknown): Value {
  if (value === null || value === undefined) return undefined
  if (attribute.type === 'complex') return readComplex(attribute, value)
  if (attribute.type === 'boolean') return readBoolean(attribute, value)
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  const text = isPlain ? String(value) : null
  if (text === null) throw refuse('ScimInvalidValue', `${attribute.name} is a text.`)
  if (text.length > VALUE_LIMITS.characters) {
    throw refuse('ScimInvalidValue', `${attribute.name} has more than ${VALUE_LIMITS.characters} characters.`)
  }
  if (text.includes('\0')) throw refuse('ScimInvalidValue', `${attribute.name} holds a zero character.`)
  return text
}

/** Some clients send a bare text where an object with a `value` is meant. */
function readComplex(attribute: Attribute, value: unknown): Value {
  const subs = attribute.subs ?? []
  const isBare = typeof value !== 'object' && findAttribute(subs, 'value') !== null
  const read = readAttributes(subs, isBare ? { value } : asObject(value, attribute.name))
  return Object.keys(read).length === 0 ? undefined : read
}

/** Entra ID sends `"False"`. */
function readBoolean(attribute: Attribute, value: unknown): boolean {
  const word = typeof value === 'string' ? value.toLowerCase() : value
  if (word === true || word === 'true') return true
  if (word === false || word === 'false') return false
  throw refuse('ScimInvalidValue', `${attribute.name} is true or false.`)
}

function readAttributes(attributes: readonly Attribute[], sent: Record<string, unknown>): Record<string, Value> {
  const read: Record<string, Value> = {}
  for (const [name, value] of Object.entries(sent)) {
    const attribute = findAttribute(attributes, name)
    if (!attribute) continue
    const one = readValue(attribute, value)
    if (one !== undefined) read[attribute.name] = one
  }
  return read
}

/** The value as an object; throws `ScimInvalidValue`. */
export function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse('ScimInvalidValue', `${what} is an object.`)
  }
  return value as Record<string, unknown>
}
