import type { RepoType } from '@stoa/contracts'
import type { AccessFacts } from './access.js'
import { webPath } from './repo-name.js'

/** A repository as operations and other modules see it. */
export interface Repo extends AccessFacts {
  readonly type: RepoType
  readonly resourceGroupId: string | null
  readonly id: string
  /** `acme/tiny-llama`, as its owner writes it. */
  readonly fullName: string
  readonly defaultBranch: string
  readonly disabled: boolean
  readonly discussionsDisabled: boolean
  readonly orgMembersGated: boolean
  /** Of a space. */
  readonly sdk: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A row of `repos.repos`, with its checked columns still plain text. */
export interface RepoRow {
  readonly id: string
  readonly type: string
  readonly accountId: string
  readonly resourceGroupId: string | null
  readonly namespace: string
  readonly name: string
  readonly visibility: string
  readonly gated: string
  readonly defaultBranch: string
  readonly disabled: boolean
  readonly discussionsDisabled: boolean
  readonly orgMembersGated: boolean
  readonly sdk: string | null
  readonly createdBy: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export function toRepo(row: RepoRow): Repo {
  return {
    ...row,
    type: row.type as RepoType,
    visibility: row.visibility as Repo['visibility'],
    gated: row.gated as Repo['gated'],
    fullName: `${row.namespace}/${row.name}`,
  }
}

/** Path of the repository's page: `/acme/tiny-llama`, `/datasets/acme/reviews`. */
export const repoPath = (repo: Pick<Repo, 'type' | 'fullName'>): string => webPath(repo.type, repo.fullName)
