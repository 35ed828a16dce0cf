import type { RepoType } from '@stoa/contracts'
import type { Db } from '../../kit/db/database.js'
import type { Actor } from '../../kit/http/actor.js'
import { includesRight, type Right, rightOn } from './access.js'
import type { BrowseDeps } from './browse/browser.js'
import { listTree, type TreePage, type TreeQuery } from './browse/list-tree.js'
import { type OpenFile, openFile } from './browse/open-file.js'
import { type CommitRequest, type CommitResult, commitFiles } from './commits/commit-files.js'
import { createRepo, type NewRepo } from './create-repo.js'
import type { SignedIn } from './deps.js'
import { type FoundRepo, findRepo } from './find-repo.js'
import { loadRight } from './load-right.js'
import { type DownloadTotals, sumDownloads } from './queries/downloads.js'
import { findStorageFacts } from './queries/storage-facts.js'
import { findRepoById, findRepoByName, listReposByIds } from './queries/repos.js'
import type { Repo } from './repo.js'
import { type Asked, type AskedRepo, openNamed, openRepo } from './routes/repo-routes.js'
import { splitRepoName } from './repo-name.js'
import { findRevision, resolveRevision } from './resolve-revision.js'

const DAY_MS = 24 * 3600 * 1000
const RECENT_DAYS = 30

/** What other modules may ask of repositories: finding and reading. */
export function createReading(deps: BrowseDeps) {
  return {
    /** Finds by name, old names included; see `findRepo` for what it throws. */
    findRepo: (actor: Actor, type: RepoType, fullName: string, needed: Right): Promise<FoundRepo> =>
      findRepo(deps, actor, type, fullName, needed),
    /** The repository, when the actor may read its files. Throws `RepoNotFound`, `GatedRepo`. */
    findReadable: async (actor: Actor, type: RepoType, fullName: string): Promise<Repo> =>
      (await findRepo(deps, actor, type, fullName, 'read')).repo,
    /** The repository an API address names, with the right the route needs. A read under an old name is redirected. */
    openRepo: (asked: AskedRepo, needed: Right): Promise<FoundRepo> => openRepo(deps, asked, needed),
    /** The same by a full name. */
    openNamed: (asked: Asked, type: RepoType, fullName: string, needed: Right): Promise<FoundRepo> =>
      openNamed(deps, asked, type, fullName, needed),
    /** By id, whoever asks; null when it is gone. */
    getRepo: (repoId: string): Promise<Repo | null> => findRepoById(deps.db, repoId),
    /** By its current name, whoever asks, also inside of a transaction; null when there is none. */
    findByName: async (db: Db, type: RepoType, fullName: string): Promise<Repo | null> => {
      const name = splitRepoName(fullName)
      return name ? findRepoByName(db, type, name) : null
    },
    /** Those of the ids that exist and that the actor may see. */
    listVisible: async (actor: Actor, repoIds: readonly string[]): Promise<readonly Repo[]> =>
      (await listReposByIds(deps.db, repoIds)).filter((repo) => includesRight(rightOn(repo, actor), 'see')),
    /** What the actor may do with a repository, gates looked up where they decide. */
    loadRight: (repo: Repo, actor: Actor): Promise<Right> => loadRight(deps, repo, actor),
    /** What the actor may do with a repository. */
    rightOn: (actor: Actor, repo: Repo): Right => rightOn(repo, actor),
    /** Commit id of a revision. Throws `RevisionNotFound`. */
    resolveRevision: async (repo: Repo, rev: string): Promise<string> =>
      (await resolveRevision(deps, repo, rev)).commit.oid,
    /** Commit at the head of the default branch; null when there is none. */
    findHead: async (repo: Repo): Promise<string | null> =>
      (await findRevision(deps, repo, repo.defaultBranch))?.commit.oid ?? null,
    /** One page of a folder. Throws `RevisionNotFound`, `EntryNotFound`. */
    listTree: (repo: Repo, rev: string, path: string, query: TreeQuery): Promise<TreePage> =>
      listTree(deps, repo, rev, path, query),
    /** Bytes of everything each repository holds, all revisions included; one not measured yet is absent. */
    sumStorage: async (repoIds: readonly string[]): Promise<Map<string, number>> => {
      const facts = await findStorageFacts(deps.db, 'repo', repoIds)
      return new Map([...facts].map(([id, one]) => [id, Number(one.logicalBytes)]))
    },
    /** A file ready to be read in parts. Throws `RevisionNotFound`, `EntryNotFound`. */
    openFile: (repo: Repo, rev: string, path: string): Promise<OpenFile> => openFile(deps, repo, rev, path),
  }
}

/** What other modules may do with repositories, and count of them. */
export function createWriting(deps: BrowseDeps) {
  return {
    /** Commits for an actor; the caller has checked that they may write. */
    commit: (actor: SignedIn, request: Omit<CommitRequest, 'author'>): Promise<CommitResult> =>
      commitFiles(deps, { ...request, author: { userId: actor.userId, name: actor.name } }),
    createRepo: (actor: SignedIn, request: NewRepo): Promise<Repo> => createRepo(deps, actor, request),
    /** Downloads by repository id, of the last thirty days and of all time. */
    sumDownloads: (repoIds: readonly string[]): Promise<Map<string, DownloadTotals>> => {
      const since = new Date(deps.clock.now().getTime() - RECENT_DAYS * DAY_MS)
      return sumDownloads(deps.db, repoIds, since.toISOString().slice(0, 10))
    },
  }
}
