import type { Resource, Value } from './resource.js'

const ALWAYS = new Set(['schemas', 'id', 'meta'])

/** The attributes a caller asked to see, or not to see (RFC 7644 §3.9); `id` is always there. */
export function project(
  resource: Resource,
  asked: { readonly attributes?: string | undefined; readonly excludedAttributes?: string | undefined },
): Resource {
  const wanted = readNames(asked.attributes)
  const unwanted = readNames(asked.excludedAttributes)
  if (wanted === null && unwanted === null) return resource
  const shown: Resource = {}
  for (const [name, value] of Object.entries(resource)) {
    if (ALWAYS.has(name)) {
      shown[name] = value
      continue
    }
    const kept = wanted === null ? exclude(name, value, unwanted ?? new Set()) : include(name, value, wanted)
    if (kept !== undefined) shown[name] = kept
  }
  return shown
}

/** Whether an answer needs an attribute at all, so that it need not be looked up. */
export function isAsked(
  name: string,
  asked: { readonly attributes?: string | undefined; readonly excludedAttributes?: string | undefined },
): boolean {
  const lower = name.toLowerCase()
  const wanted = readNames(asked.attributes)
  if (wanted !== null) return [...wanted].some((one) => one === lower || one.startsWith(`${lower}.`))
  return readNames(asked.excludedAttributes)?.has(lower) !== true
}

/** Names in lower case, without the schema of the core; null when none were sent. */
function readNames(text: string | undefined): ReadonlySet<string> | null {
  if (text === undefined || text.trim() === '') return null
  const names = text.split(',').map((name) => name.trim().toLowerCase())
  return new Set(names.map((name) => name.replace(/^urn:ietf:params:scim:schemas:core:2\.0:(user|group):/, '')))
}

function include(name: string, value: Value, wanted: ReadonlySet<string>): Value {
  const lower = name.toLowerCase()
  if (wanted.has(lower)) return value
  return mapParts(value, (part) => wanted.has(`${lower}.${part}`) || wanted.has(`${lower}:${part}`))
}

function exclude(name: string, value: Value, unwanted: ReadonlySet<string>): Value {
  const lower = name.toLowerCase()
  if (unwanted.has(lower)) return undefined
  return mapParts(value, (part) => !unwanted.has(`${lower}.${part}`) && !unwanted.has(`${lower}:${part}`), value)
}

/** The parts of a value, or of each of its values, that `keeps` lets through; a plain value is `plain`. */
function mapParts(value: Value, keeps: (part: string) => boolean, plain?: Value): Value {
  if (Array.isArray(value)) {
    const values = value.map((one) => mapParts(one, keeps, plain === undefined ? undefined : one))
    const kept = values.filter((one) => one !== undefined)
    return kept.length === 0 ? undefined : kept
  }
  if (typeof value !== 'object' || value === null) return plain
  const entries = Object.entries(value).filter(([part]) => keeps(part.toLowerCase()))
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
