import { refuse } from '@stoa/contracts'
import type { AttributePath, CompareOp, CompareValue, Filter } from './filter.js'
import type { Value } from './resource.js'
import { type Attribute, findAttribute, type ResourceSchema } from './schema.js'

type Compare = Extract<Filter, { kind: 'compare' }>

/** Whether a resource fits a filter. Attributes the schema does not know are absent. Throws `ScimInvalidFilter` for an order of booleans. */
export function matches(schema: ResourceSchema, filter: Filter, resource: Value): boolean {
  const attributesOf = (path: AttributePath): { attributes: readonly Attribute[]; holder: Value } => {
    const { extension } = schema
    return path.schema !== null && path.schema === extension?.urn
      ? { attributes: extension.attributes, holder: memberOf(resource, extension.urn) }
      : { attributes: schema.attributes, holder: resource }
  }
  return judge(filter, (path) => {
    const { attributes, holder } = attributesOf(path)
    return { attribute: findAttribute(attributes, path.name), holder }
  })
}

/** The same for one value of an attribute with parts, as in `emails[type eq "work"]`. */
export function matchesValue(attribute: Attribute, filter: Filter, value: Value): boolean {
  return judge(filter, (path) => ({ attribute: findAttribute(attribute.subs ?? [], path.name), holder: value }))
}

type Find = (path: AttributePath) => { readonly attribute: Attribute | null; readonly holder: Value }

function judge(filter: Filter, find: Find): boolean {
  if (filter.kind === 'and') return filter.parts.every((part) => judge(part, find))
  if (filter.kind === 'or') return filter.parts.some((part) => judge(part, find))
  if (filter.kind === 'not') return !judge(filter.part, find)
  const { attribute, holder } = find(filter.path)
  if (!attribute) return filter.kind === 'compare' && filter.op === 'ne'
  const values = valuesOf(memberOf(holder, attribute.name))
  if (filter.kind === 'has') return values.some((value) => matchesValue(attribute, filter.part, value))
  const { leaf, leaves } = leavesOf(attribute, filter.path.sub, values)
  if (filter.kind === 'present') return leaves.some((value) => value !== '' && value !== undefined && value !== null)
  return compare(filter, leaf, leaves)
}

/** The plain values a comparison is about: of an attribute with parts its `value`, unless another part is named. */
function leavesOf(attribute: Attribute, sub: string | null, values: readonly Value[]) {
  if (!attribute.subs) return { leaf: attribute, leaves: values }
  const leaf = findAttribute(attribute.subs, sub ?? 'value')
  if (!leaf) return { leaf: attribute, leaves: sub === null ? values : [] }
  return { leaf, leaves: values.flatMap((value) => valuesOf(memberOf(value, leaf.name))) }
}

function compare({ op, value }: Compare, leaf: Attribute, leaves: readonly Value[]): boolean {
  if (op === 'ne') return !compare({ op: 'eq', value } as Compare, leaf, leaves)
  if (value === null) return op === 'eq' && leaves.length === 0
  if (leaf.type === 'boolean' && op !== 'eq')
    throw refuse('ScimInvalidFilter', `"${op}" does not order true and false.`)
  return leaves.some((held) => TESTS[op](comparable(leaf, held), comparable(leaf, value)))
}

function comparable(leaf: Attribute, value: Value | CompareValue): string {
  if (leaf.type === 'dateTime') {
    const ms = Date.parse(String(value))
    return Number.isNaN(ms) ? String(value) : new Date(ms).toISOString()
  }
  return leaf.isCaseExact ? String(value) : String(value).toLowerCase()
}

const TESTS: Readonly<Record<Exclude<CompareOp, 'ne'>, (held: string, asked: string) => boolean>> = {
  eq: (held, asked) => held === asked,
  co: (held, asked) => held.includes(asked),
  sw: (held, asked) => held.startsWith(asked),
  ew: (held, asked) => held.endsWith(asked),
  gt: (held, asked) => held > asked,
  ge: (held, asked) => held >= asked,
  lt: (held, asked) => held < asked,
  le: (held, asked) => held <= asked,
}

function memberOf(value: Value, name: string): Value {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? value[name] : undefined
}

function valuesOf(value: Value): readonly Value[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

/** What a filter demands by equality alone, by attribute in lower case: what an index can answer. */
export function equalitiesOf(filter: Filter): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const parts = filter.kind === 'and' ? filter.parts : [filter]
  for (const part of parts) {
    if (part.kind !== 'compare' || part.op !== 'eq' || typeof part.value !== 'string') continue
    const { name, sub } = part.path
    found.set((sub === null ? name : `${name}.${sub}`).toLowerCase(), part.value)
  }
  return found
}
