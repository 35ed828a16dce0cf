import { readFileSync } from 'node:fs'
import { resolve as resolvePath } from 'node:path'
import type { KeyPath } from './manifest-problem.js'

/** A value that stands elsewhere: `{ env: NAME }` or `{ file: path }`. */
export interface SecretReference {
  readonly source: 'env' | 'file'
  readonly name: string
}

/** Gives the text a reference stands for, or null when there is none. */
export type ResolveSecret = (reference: SecretReference) => string | null

/** Reads a value as a reference; null when it is anything else. */
export function readReference(value: unknown): SecretReference | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length !== 1 || !first) return null
  const [source, name] = first
  if ((source !== 'env' && source !== 'file') || typeof name !== 'string') return null
  return { source, name }
}

/** Copies a document with every reference replaced by its text; `onMissing` is told the key of one that has none. */
export function resolveSecrets(
  value: unknown,
  resolve: ResolveSecret,
  onMissing: (path: KeyPath, reference: SecretReference) => Error,
  path: KeyPath = [],
): unknown {
  const reference = readReference(value)
  if (reference) {
    const text = resolve(reference)
    if (text === null) throw onMissing(path, reference)
    return text
  }
  if (Array.isArray(value)) {
    return value.map((inner, index) => resolveSecrets(inner, resolve, onMissing, [...path, index]))
  }
  if (value === null || typeof value !== 'object') return value
  const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [key, inner] of Object.entries(value))
    copy[key] = resolveSecrets(inner, resolve, onMissing, [...path, key])
  return { ...copy }
}

/** Resolves from a table the caller sent (keys `env:NAME`, `file:path`); the server never reads its own environment for them. */
export function secretsFromTable(table: Readonly<Record<string, string>>): ResolveSecret {
  const known = new Map(Object.entries(table))
  return ({ source, name }) => known.get(`${source}:${name}`) ?? null
}

/** Resolves on this machine: the given environment, and files relative to the document's folder. */
export function secretsFromMachine(
  environment: Readonly<Record<string, string | undefined>>,
  baseDir: string,
): ResolveSecret {
  return ({ source, name }) =>
    source === 'env' ? (environment[name] ?? null) : readSecretFile(resolvePath(baseDir, name))
}

/** A file's text without the line break editors put at its end; null when it cannot be read. */
function readSecretFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return null
  }
}
