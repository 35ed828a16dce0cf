import { refuse } from '@stoa/contracts'
import type { z } from 'zod'

const MAX_ISSUES = 8

/** Checks one part of a request against its schema; the refusal names every wrong field. */
export function parseWith(schema: z.ZodType | undefined, value: unknown, part: 'path' | 'query' | 'body'): unknown {
  if (!schema) return undefined
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.slice(0, MAX_ISSUES).map((issue) => ({
    field: issue.path.join('.'),
    problem: issue.message,
  }))
  const summary = issues.map(({ field, problem }) => (field ? `${field}: ${problem}` : problem)).join('; ')
  throw refuse('InvalidRequest', `Invalid ${part}: ${summary}`, { issues })
}
