import { invalid, unsupported } from '../refusal.js'

const MAX_DEPTH = 24
const MAX_NODES = 1_000
const MAX_ENUM = 1_000
const KEPT = new Set([
  'type',
  'const',
  'enum',
  'oneOf',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
  '$ref',
  '$defs',
  'format',
  'description',
])
const DROPPED = new Set(['$schema', '$id', 'title', 'default', 'examples', 'deprecated', 'strict'])
const FORMATS = new Set(['date-time', 'time', 'date'])

type Schema = Record<string, unknown>

/**
 * A JSON schema in the subset the grammar enforces exactly. Anything it could not enforce is a refusal,
 * never a silent best effort (compute.md 10.1).
 */
export function toGrammarSchema(schema: unknown): Schema {
  const budget = { nodes: MAX_NODES }
  return convert(schema, 0, budget, 'schema')
}

function convert(value: unknown, depth: number, budget: { nodes: number }, path: string): Schema {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('response_format', `${path}: a schema must be an object.`)
  }
  budget.nodes -= 1
  if (depth > MAX_DEPTH || budget.nodes < 0) throw invalid('response_format', 'The schema is too complex.')
  const result: Schema = {}
  for (const [key, entry] of Object.entries(value)) {
    if (DROPPED.has(key)) continue
    const kept = key === 'anyOf' ? 'oneOf' : key === 'definitions' ? '$defs' : key
    if (!KEPT.has(kept)) throw unsupported('response_format', `${path}: the keyword "${key}" cannot be enforced`)
    result[kept] = convertKeyword(kept, entry, depth, budget, `${path}.${key}`)
  }
  return result
}

function convertKeyword(key: string, entry: unknown, depth: number, budget: { nodes: number }, path: string): unknown {
  const inner = (child: unknown, name: string): Schema => convert(child, depth + 1, budget, `${path}.${name}`)
  if (key === 'properties' || key === '$defs') {
    const children = Object.entries(entry as Schema)
    return Object.fromEntries(children.map(([name, child]) => [name, inner(child, name)]))
  }
  if (key === 'items' || (key === 'additionalProperties' && typeof entry === 'object')) return inner(entry, 'items')
  if (key === 'oneOf' || key === 'prefixItems') {
    if (!Array.isArray(entry)) throw invalid('response_format', `${path} must be a list.`)
    return entry.map((child, index) => inner(child, String(index)))
  }
  if (key === 'enum' && (!Array.isArray(entry) || entry.length > MAX_ENUM))
    throw invalid('response_format', `${path} is too long.`)
  if (key === 'format' && !FORMATS.has(String(entry)))
    throw unsupported('response_format', `${path}: format "${String(entry)}"`)
  if (key === '$ref') return String(entry).replace('#/definitions/', '#/$defs/')
  return entry
}
