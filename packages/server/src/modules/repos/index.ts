import type { RepoType } from '@stoa/contracts'
import type { Db } from '../../kit/db/database.js'
import type { Actor } from '../../kit/http/actor.js'
import type { Http } from '../../kit/http/server.js'
import type { Kit } from '../../kit/kit.js'
import { includesRight, type Right, rightOn } from './access.js'
import { type BrowseDeps, createBrowseDeps } from './browse/browser.js'
import { listTree, type TreePage, type TreeQuery } from './browse/list-tree.js'
import { type OpenFile, openFile } from './browse/open-file.js'
import { type CommitRequest, type CommitResult, commitFiles } from './commits/commit-files.js'
import { createBucketFeed } from './buckets/bucket-feed.js'
import { createDownloadCounter } from './count-downloads.js'
import { createRepo, type NewRepo } from './create-repo.js'
import type { RepoAccounts, SignedIn } from './deps.js'
import { type FoundRepo, findRepo } from './find-repo.js'
import { createGitStorage } from './git/create-store.js'
import { scheduleRepoJobs } from './jobs.js'
import { answerBatch, type BatchRequest } from './lfs/batch.js'
import { createUrlSigner } from './lfs/signed-url.js'
import { reposNoun } from './manifest/repos-noun.js'
import { type DownloadTotals, sumDownloads } from './queries/downloads.js'
import { countBuckets } from './queries/buckets.js'
import { countPublicRepos, countRepos, findRepoById, findRepoByName, listReposByIds } from './queries/repos.js'
import type { Repo } from './repo.js'
import { splitRepoName } from './repo-name.js'
import { findRevision, resolveRevision } from './resolve-revision.js'
import { bindAccountRepos } from './routes/account-repos.js'
import { bindGitRoutes } from './routes/git.js'
import { bindDiscussions } from './routes/discussions.js'
import { bindBucketFiles } from './routes/bucket-files.js'
import { bindHubBuckets } from './routes/hub-buckets.js'
import { bindHubCommit } from './routes/hub-commit.js'
import { bindHubLfsFiles } from './routes/hub-lfs-files.js'
import { bindHubRefs } from './routes/hub-refs.js'
import { bindHubRepos } from './routes/hub-repos.js'
import { bindHubTree } from './routes/hub-tree.js'
import { bindLfs } from './routes/lfs.js'
import { bindLfsLocks } from './routes/lfs-locks.js'
import type { RepoRouteDeps } from './routes/repo-routes.js'
import { bindResolve } from './routes/resolve.js'
import { createXetStore } from './xet/create-xet-store.js'

export type { Right } from './access.js'
export type { TreePage, TreeQuery } from './browse/list-tree.js'
export type { OpenFile } from './browse/open-file.js'
export type { FileOperation } from './commits/collect-edits.js'
export type { CommitRequest, CommitResult } from './commits/commit-files.js'
export type { NewRepo } from './create-repo.js'
export type { RepoEvents } from './events.js'
export type { FoundRepo } from './find-repo.js'
export type { DownloadTotals } from './queries/downloads.js'
export type { Repo } from './repo.js'

/** Objects above this size arrive in parts of this size, from clients that know how. */
const LFS_PART_BYTES = 512 * 1024 * 1024
const DAY_MS = 24 * 3600 * 1000
const RECENT_DAYS = 30

export interface ReposOptions extends Kit {
  readonly accounts: RepoAccounts
  /** For tests of the multipart transfer. */
  readonly lfsPartBytes?: number
}

/** Repositories: names and access, git data, files, refs, large files. */
export function createRepos(options: ReposOptions) {
  const storage = createGitStorage({ ...options, isLenient: options.accounts.isLenient })
  const deps: BrowseDeps = createBrowseDeps({ ...options, store: storage.store })
  const downloads = createDownloadCounter(deps)
  const signer = createUrlSigner(deps.instanceKey)
  const xet = createXetStore(deps)
  const bucketFeed = createBucketFeed(deps)
  const lfsPartBytes = options.lfsPartBytes ?? LFS_PART_BYTES
  const routeDeps: RepoRouteDeps = { ...deps, downloads, signer, lfsPartBytes, xetStoreId: xet.storeId }
  deps.accounts.provideRepoCounts((accountId) => countPublicRepos(deps.db, accountId))
  deps.accounts.guardRemoval(async (tx, accountId) => {
    const count = await countRepos(tx, accountId)
    return count === 0 ? null : `it holds ${count} ${count === 1 ? 'repository' : 'repositories'}`
  })
  deps.accounts.guardRemoval(async (tx, accountId) => {
    const count = await countBuckets(tx, accountId)
    return count === 0 ? null : `it holds ${count} ${count === 1 ? 'bucket' : 'buckets'}`
  })

  return {
    /** Finds by name, old names included; see `findRepo` for what it throws. */
    findRepo: (actor: Actor, type: RepoType, fullName: string, needed: Right): Promise<FoundRepo> =>
      findRepo(deps, actor, type, fullName, needed),
    /** The repository, when the actor may read its files. Throws `RepoNotFound`, `GatedRepo`. */
    findReadable: async (actor: Actor, type: RepoType, fullName: string): Promise<Repo> =>
      (await findRepo(deps, actor, type, fullName, 'read')).repo,
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
    /** A file ready to be read in parts. Throws `RevisionNotFound`, `EntryNotFound`. */
    openFile: (repo: Repo, rev: string, path: string): Promise<OpenFile> => openFile(deps, repo, rev, path),
    /** Commits for an actor; the caller has checked that they may write. */
    commit: (actor: SignedIn, request: Omit<CommitRequest, 'author'>): Promise<CommitResult> =>
      commitFiles(deps, { ...request, author: { userId: actor.userId, name: actor.name } }),
    createRepo: (actor: SignedIn, request: NewRepo): Promise<Repo> => createRepo(deps, actor, request),
    /** Downloads by repository id, of the last thirty days and of all time. */
    sumDownloads: (repoIds: readonly string[]): Promise<Map<string, DownloadTotals>> => {
      const since = new Date(deps.clock.now().getTime() - RECENT_DAYS * DAY_MS)
      return sumDownloads(deps.db, repoIds, since.toISOString().slice(0, 10))
    },
    /** Addresses of large files for somebody whose right was checked. */
    lfsBatch: (request: BatchRequest) => answerBatch(routeDeps, request),
    /** Stores what was counted so far. */
    flushDownloads: (): Promise<void> => downloads.flush(),
    nouns: [reposNoun(deps)],
    routes: (http: Http): void => {
      bindHubRepos(http, routeDeps)
      bindHubCommit(http, routeDeps)
      bindDiscussions(http, routeDeps)
      bindAccountRepos(http, routeDeps)
      bindHubTree(http, routeDeps)
      bindHubRefs(http, routeDeps)
      bindHubLfsFiles(http, routeDeps)
      bindResolve(http, routeDeps)
      bindHubBuckets(http, routeDeps)
      bindBucketFiles(http, routeDeps, bucketFeed)
      bindLfs(http, routeDeps)
      bindLfsLocks(http, routeDeps)
      bindGitRoutes(http, { ...deps, storage })
      xet.routes(http)
    },
    start: async (): Promise<void> => {
      scheduleRepoJobs(deps)
      downloads.start()
    },
    stop: async (): Promise<void> => {
      bucketFeed.stop()
      await downloads.stop()
      await xet.stop()
    },
  }
}

export type Repos = ReturnType<typeof createRepos>
