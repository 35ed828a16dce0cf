import { parseAst, type Plugin } from 'vite'

/** What a page needs of a route. The rest is read by the server, by people and by tests. */
const KEPT = new Set(['id', 'method', 'path'])

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
}
type Fields = Readonly<Record<string, unknown>>
interface Cut {
  readonly start: number
  readonly end: number
  readonly text: string
}

const isNode = (value: unknown): value is Node & Fields =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
const nameOf = (value: unknown): string => (isNode(value) ? String(value['name'] ?? value['value'] ?? '') : '')

/** Whether an expression begins with `z.`: a schema, or a schema made of others by its methods. */
function isSchema(node: unknown): boolean {
  if (!isNode(node)) return false
  if (node.type === 'Identifier') return node['name'] === 'z'
  if (node.type === 'CallExpression') return isSchema(node['callee'])
  return node.type === 'MemberExpression' && isSchema(node['object'])
}

function findCuts(node: unknown, cuts: Cut[]): void {
  if (Array.isArray(node)) {
    for (const one of node) findCuts(one, cuts)
    return
  }
  if (!isNode(node)) return
  if (node.type === 'CallExpression' && isSchema(node)) {
    cuts.push({ start: node.start, end: node.end, text: 'z' })
    return
  }
  const [told] =
    node.type === 'CallExpression' && nameOf(node['callee']) === 'route' ? (node['arguments'] as Node[]) : []
  if (isNode(told) && told.type === 'ObjectExpression') {
    // Without the call it is plain data, which the bundler leaves out where no page names it.
    const callee = node['callee'] as Node
    cuts.push({ start: callee.start, end: callee.end, text: '' })
    for (const property of told['properties'] as (Node & Fields)[])
      if (property.type === 'Property' && !KEPT.has(nameOf(property['key'])))
        cuts.push({ start: property.start, end: property.end, text: '...null' })
    return
  }
  for (const value of Object.values(node)) findCuts(value, cuts)
}

/**
 * Contracts without what pages do not use: a schema becomes the stub of `zod`, a route keeps its id, method and path. Types were
 * checked before; the server checks every request.
 */
export function leanContracts(): Plugin {
  return {
    name: 'stoa-lean-contracts',
    apply: 'build',
    transform(code, id) {
      if (!/packages\/contracts\/src\/(?!errors\/).*\.ts$/.test(id)) return null
      const cuts: Cut[] = []
      findCuts(parseAst(code), cuts)
      let lean = code
      for (const { start, end, text } of cuts.toSorted((a, b) => b.start - a.start))
        lean = lean.slice(0, start) + text + lean.slice(end)
      return { code: lean.replaceAll(/\.\.\.null,?\s*/g, ''), map: null }
    },
  }
}
