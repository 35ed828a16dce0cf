import { z } from 'zod'
import type { KeyPath } from './manifest-problem.js'
import { findNearestWord } from './nearest-word.js'

/** A schema problem, told at the key it belongs to. */
export interface ExplainedIssue {
  readonly path: KeyPath
  readonly expected: string
}

type Issue = z.core.$ZodIssue

/** Words for the first problem of an item: the key, what was expected there, the nearest known key or value. */
export function explainIssue(issue: Issue, schema: z.ZodType): ExplainedIssue {
  const path = issue.path.filter((part) => typeof part !== 'symbol')
  switch (issue.code) {
    case 'unrecognized_keys': {
      const [unknown = ''] = issue.keys
      return { path: [...path, unknown], expected: `unknown key${suggest(unknown, knownKeys(schema, path))}` }
    }
    case 'invalid_value': {
      const values = issue.values.map(String)
      const given = typeof issue.input === 'string' ? suggest(issue.input, values) : ''
      return { path, expected: `expected one of ${values.join(', ')}${given}` }
    }
    case 'invalid_type':
      return {
        path,
        expected: issue.input === undefined ? `missing; expected ${issue.expected}` : `expected ${issue.expected}`,
      }
    case 'invalid_union':
      return explainUnion(issue, path, schema)
    default:
      return { path, expected: issue.message.replace(/^Invalid input: /, '') }
  }
}

/** Of the branches of a union the one that came furthest tells what was meant. */
function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: KeyPath,
  schema: z.ZodType,
): ExplainedIssue {
  const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map((inner) => inner.path.length))
  const [deepest] = [...issue.errors].sort((a, b) => depth(b) - depth(a))
  const first = deepest?.[0]
  if (!first || depth(deepest) === 0)
    return { path, expected: issue.message.replace(/^Invalid input$/, 'a value of another kind') }
  const inner = explainIssue(first, schema)
  return { path: [...path, ...inner.path], expected: inner.expected }
}

function suggest(word: string, known: readonly string[]): string {
  const nearest = findNearestWord(word, known)
  if (nearest) return `; did you mean "${nearest}"?`
  return known.length > 0 && known.length <= 30 ? `; known here: ${known.join(', ')}` : ''
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
}

/** Keys a schema knows at a path. */
export function knownKeys(schema: z.ZodType, path: KeyPath): string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema
  let here: JsonSchema[] = branches(root)
  for (const part of path) here = here.flatMap((node) => branches(step(node, part)))
  return [...new Set(here.flatMap((node) => Object.keys(node.properties ?? {})))]
}

function step(node: JsonSchema, part: string | number): JsonSchema | undefined {
  if (typeof part === 'number') return node.items
  const { additionalProperties } = node
  return node.properties?.[part] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
}

function branches(node: JsonSchema | undefined): JsonSchema[] {
  if (!node) return []
  return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])].flatMap(branches)]
}
