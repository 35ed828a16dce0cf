import type { RepoType } from '@stoa/contracts'

const MAX_NAME = 96

/** A full name taken apart: `acme/tiny-llama`. */
export interface RepoName {
  readonly namespace: string
  readonly name: string
}

/** Splits `ns/name`; a bare name gets the fallback namespace. Null when there is more than one slash or an empty part. */
export function splitRepoName(text: string, fallbackNamespace: string | null = null): RepoName | null {
  const parts = text.split('/')
  if (parts.length > 2 || parts.some((part) => part === '')) return null
  const [first = '', second] = parts
  if (second !== undefined) return { namespace: first, name: second }
  return fallbackNamespace === null ? null : { namespace: fallbackNamespace, name: first }
}

/** Why a name cannot be a repository's, as a sentence; null when it can (hub-api §3). */
export function findRepoNameProblem(name: string): string | null {
  if (name.length < 1 || name.length > MAX_NAME) return `A repository name has 1 to ${MAX_NAME} characters.`
  if (!/^[\w.-]+$/.test(name)) return 'A repository name has only letters, digits, hyphens, underscores and dots.'
  if (/^[-.]|[-.]$/.test(name)) return 'A repository name does not start or end with a hyphen or a dot.'
  if (name.includes('--') || name.includes('..')) return 'A repository name has no "--" and no "..".'
  return name.toLowerCase().endsWith('.git') ? 'A repository name does not end with ".git".' : null
}

const PLURALS = { model: 'models', dataset: 'datasets', space: 'spaces', kernel: 'kernels' } as const
const TYPES = { models: 'model', datasets: 'dataset', spaces: 'space', kernels: 'kernel' } as const

export type RepoPlural = (typeof PLURALS)[RepoType]

/** `model` ↔ `models`, as API paths have it. */
export const pluralOf = (type: RepoType): RepoPlural => PLURALS[type]
export const typeOf = (plural: RepoPlural): RepoType => TYPES[plural]

/** Path of a repository's page and git remote: models have no prefix. */
export function webPath(type: RepoType, fullName: string): string {
  return type === 'model' ? `/${fullName}` : `/${PLURALS[type]}/${fullName}`
}
