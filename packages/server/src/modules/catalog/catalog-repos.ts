import type { Readable } from 'node:stream'
import type { RepoType, TreeEntryJson } from '@stoa/contracts'
import type { Actor } from '../../kit/http/actor.js'

/** A repository as the catalogue needs it of repos. */
export interface CatalogRepo {
  readonly id: string
  readonly type: RepoType
  readonly accountId: string
  readonly resourceGroupId: string | null
  readonly namespace: string
  readonly name: string
  readonly fullName: string
  readonly visibility: 'public' | 'private' | 'internal'
  readonly gated: 'false' | 'auto' | 'manual'
  readonly disabled: boolean
  readonly defaultBranch: string
  readonly createdBy: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What the catalogue uses of repos; its face has more. */
export interface CatalogRepos {
  /** Throws `RepoNotFound` when missing or hidden, `GatedRepo` when `read` is asked and refused. `isMoved`: the name is an old one. */
  findRepo(
    actor: Actor,
    type: RepoType,
    fullName: string,
    needed: 'see' | 'read',
  ): Promise<{ readonly repo: CatalogRepo; readonly isMoved: boolean }>
  getRepo(repoId: string): Promise<CatalogRepo | null>
  /** Those of the ids that exist and that the actor may see, as they are now. */
  listVisible(actor: Actor, repoIds: readonly string[]): Promise<readonly CatalogRepo[]>
  /** Downloads by repository id; one without any is absent. */
  sumDownloads(
    repoIds: readonly string[],
  ): Promise<Map<string, { readonly last30Days: number; readonly allTime: number }>>
  /** Bytes held by repository id, all revisions included; one not measured yet is absent. */
  sumStorage(repoIds: readonly string[]): Promise<Map<string, number>>
  /** Throws `RevisionNotFound`. */
  resolveRevision(repo: CatalogRepo, rev: string): Promise<string>
  /** The commit at the head of the default branch, or null for a repository without any. */
  findHead(repo: CatalogRepo): Promise<string | null>
  listTree(
    repo: CatalogRepo,
    rev: string,
    path: string,
    query: { recursive: boolean; expand: boolean; limit: number; cursor?: string },
  ): Promise<{ readonly entries: readonly TreeEntryJson[]; readonly cursor: string | null }>
  openFile(
    repo: CatalogRepo,
    rev: string,
    path: string,
  ): Promise<{ readonly sizeBytes: number; open(range: { start: number; endExclusive: number }): Promise<Readable> }>
}
