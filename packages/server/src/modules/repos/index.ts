import type { Http } from '../../kit/http/server.js'
import type { Kit } from '../../kit/kit.js'
import { type BrowseDeps, createBrowseDeps } from './browse/browser.js'
import { createBucketFeed } from './buckets/bucket-feed.js'
import { createDownloadCounter } from './count-downloads.js'
import type { RepoAccounts, RepoCommerce, RepoOrgs } from './deps.js'
import { eraseOwner } from './erase-owner.js'
import { createReading, createWriting } from './face.js'
import { CLOSED_GATES, type Gatekeeper } from './gatekeeper.js'
import type { Git, NameRoots } from '../git/index.js'
import { scheduleRepoJobs } from './jobs.js'
import { answerBatch, type BatchRequest } from './lfs/batch.js'
import { createUrlSigner } from './lfs/signed-url.js'
import { reposNoun } from './manifest/repos-noun.js'
import { countBuckets } from './queries/buckets.js'
import { listGroupResources } from './queries/resource-groups.js'
import { countPublicRepos, countRepos, lockRepo } from './queries/repos.js'
import { createProposing } from './proposing.js'
import { NO_PULL_REQUESTS, type PullRequests } from './pull-requests.js'
import { createQuotas } from './quotas/quotas.js'
import { quotasNoun } from './quotas/quotas-noun.js'
import { bindRepoRoutes } from './routes/bind-routes.js'
import { bindBucketFiles } from './routes/bucket-files.js'
import { bindHubBuckets } from './routes/hub-buckets.js'
import type { RepoRouteDeps } from './routes/repo-routes.js'
import { createStanding } from './still-may.js'
import { createXetStore } from './xet/create-xet-store.js'

export { includesRight, type Right } from './access.js'
export type { TreePage, TreeQuery } from './browse/list-tree.js'
export type { OpenFile } from './browse/open-file.js'
export type { FileOperation } from './commits/collect-edits.js'
export type { CommitRequest, CommitResult } from './commits/commit-files.js'
export { demandPullRequestRight } from './commits/may-commit.js'
export type { NewRepo } from './create-repo.js'
export type { RepoEvents } from './events.js'
export { type NoticeMode, type Notices, USUAL_NOTICES } from './gatekeeper.js'
export type { FoundRepo } from './find-repo.js'
export type { CommitNode } from '../git/index.js'
export type { NewPullRequest, PullRequests } from './pull-requests.js'
export type { DownloadTotals } from './queries/downloads.js'
export { type Repo, repoPath } from './repo.js'
export type { AskedRepo, RepoAddress } from './routes/repo-routes.js'

/** Objects above this size arrive in parts of this size, from clients that know how. */
const LFS_PART_BYTES = 512 * 1024 * 1024

export interface ReposOptions extends Kit {
  readonly accounts: RepoAccounts
  readonly orgs: RepoOrgs
  readonly commerce: RepoCommerce
  readonly git: Git
  /** For tests of the multipart transfer. */
  readonly lfsPartBytes?: number
}

/** Repositories: names and access, git data, files, refs, large files. */
export function createRepos(options: ReposOptions) {
  const { storage, roots } = options.git
  options.git.provideHolder(lockRepo)
  const quotas = createQuotas(options)
  let kept: PullRequests = NO_PULL_REQUESTS
  const pulls: PullRequests = {
    open: (tx, pull) => kept.open(tx, pull),
    findAuthor: (db, repoId, num) => kept.findAuthor(db, repoId, num),
  }
  let keeper: Gatekeeper = CLOSED_GATES
  const gates: Gatekeeper = {
    isLetIn: (db, repoId, userId) => keeper.isLetIn(db, repoId, userId),
    findNotices: (db, repoId) => keeper.findNotices(db, repoId),
    setNotices: (tx, repoId, notices) => keeper.setNotices(tx, repoId, notices),
    forgetNotices: (tx, repoId) => keeper.forgetNotices(tx, repoId),
  }
  const deps: BrowseDeps = createBrowseDeps({ ...options, quotas, pulls, gates, store: storage.store })
  const downloads = createDownloadCounter(deps)
  const signer = createUrlSigner(deps.instanceKey)
  const standing = createStanding(deps)
  const { stillMay } = standing
  const xet = createXetStore({ ...deps, stillMay })
  const bucketFeed = createBucketFeed(deps)
  const lfsPartBytes = options.lfsPartBytes ?? LFS_PART_BYTES
  const routeDeps: RepoRouteDeps = {
    ...deps,
    downloads,
    stillMay,
    signer,
    lfsPartBytes,
    xetStoreId: xet.storeId,
    xetTokens: xet.issuer,
  }
  provideCounts(deps)

  return {
    ...createReading(deps),
    ...createWriting(deps),
    ...createProposing(deps),
    /** Lets a later module keep the gates: who was let in. */
    provideGates: (gatekeeper: Gatekeeper): void => {
      keeper = gatekeeper
    },
    /** Lets a later module keep pull requests: what a commit opens, and whose one is. */
    providePullRequests: (pullRequests: PullRequests): void => {
      kept = pullRequests
    },
    /** Addresses of large files for somebody whose right was checked. */
    lfsBatch: (request: BatchRequest) => answerBatch(routeDeps, request),
    /** Turns large files that came whole into chunks; how many. */
    moveToChunks: (signal: AbortSignal): Promise<number> => xet.moveToChunks(signal),
    /** Stores what was counted so far. */
    flushDownloads: (): Promise<void> => downloads.flush(),
    /** Deletes what a person owns here: a part of their erasure. */
    eraseOwner: (person: { readonly userId: string; readonly name: string }): Promise<void> => eraseOwner(deps, person),
    /** What a person owns here, in words. */
    listHoldings: async (userId: string): Promise<string[]> => {
      const [repos, buckets] = await Promise.all([countRepos(deps.db, userId), countBuckets(deps.db, userId)])
      return repos + buckets === 0
        ? []
        : [`You own ${repos} repositories and ${buckets} buckets. Move them, or choose to delete them.`]
    },
    /** Names commits that another module needs whatever the refs say: the collector leaves them. */
    provideRoots: (name: NameRoots): void => roots.provide(name),
    nouns: [quotasNoun(deps), reposNoun(deps)],
    routes: (http: Http): void => {
      bindRepoRoutes(http, routeDeps, storage)
      bindHubBuckets(http, routeDeps)
      bindBucketFiles(http, routeDeps, bucketFeed)
      xet.routes(http)
    },
    start: async (): Promise<void> => {
      scheduleRepoJobs({ ...deps, storage, roots }, xet)
      standing.start()
      downloads.start()
    },
    stop: async (): Promise<void> => {
      bucketFeed.stop()
      await downloads.stop()
      await xet.stop()
    },
  }
}

/** Tells accounts what their holders own: for overviews, and so that no account goes with its repositories. */
function provideCounts({ db, accounts, orgs }: BrowseDeps): void {
  orgs.provideGroupResources(listGroupResources)
  accounts.provideRepoCounts((accountId) => countPublicRepos(db, accountId))
  accounts.guardRemoval(async (tx, accountId) => {
    const count = await countRepos(tx, accountId)
    return count === 0 ? null : `it holds ${count} ${count === 1 ? 'repository' : 'repositories'}`
  })
  accounts.guardRemoval(async (tx, accountId) => {
    const count = await countBuckets(tx, accountId)
    return count === 0 ? null : `it holds ${count} ${count === 1 ? 'bucket' : 'buckets'}`
  })
}

export type Repos = ReturnType<typeof createRepos>
