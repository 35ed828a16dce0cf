import { refuse, type StoaError } from '@stoa/contracts'

export type KeyPath = readonly (string | number)[]

/** Where something is wrong in a document, and what belongs there. */
export interface ManifestProblem {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  /** `users[0].name`; empty for the document itself. */
  readonly key: string
  /** What was expected, as a phrase without a full stop. */
  readonly expected: string
}

/** The one-line refusal of a document: `file:line:column: key: expected`. */
export function refuseManifest(problem: ManifestProblem, applied: readonly string[] = []): StoaError {
  const { file, line, column, key, expected } = problem
  const place = `${file}:${line}:${column}: ${key === '' ? '' : `${key}: `}`
  return refuse('ManifestInvalid', `${place}${expected}`, { ...problem, applied })
}

/** `['users', 0, 'name']` → `users[0].name`. */
export function renderPath(path: KeyPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`))
    .join('')
}
