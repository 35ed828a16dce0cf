import type { Actor } from '../../kit/http/actor.js'
import type { ByteRange } from '../../kit/http/bytes.js'
import type { Db } from '../../kit/db/database.js'
import type { RateLimiter } from '../../kit/http/rate-limit.js'
import type { Kit } from '../../kit/kit.js'
import type { Accounts, RepoResource } from '../accounts/index.js'
import type { Metering } from '../metering/index.js'

/** A repository, as far as serving it goes. */
export interface ServableRepo extends RepoResource {
  readonly id: string
  readonly fullName: string
  readonly accountId: string
  readonly namespace: string
  readonly defaultBranch: string
  readonly disabled: boolean
}

export interface RepoFile {
  readonly path: string
  readonly sizeBytes: number
  /** Git's id of the blob. */
  readonly oid: string
  /** SHA-256 of a large file; null for one that git keeps whole. */
  readonly sha256: string | null
}

/** What inference asks of repositories. */
export interface InferenceRepos {
  /** Throws `RepoNotFound` or `GatedRepo` when the actor may not read the files. */
  findReadable(actor: Actor, fullName: string): Promise<ServableRepo>
  findById(db: Db, repoId: string): Promise<ServableRepo | null>
  findByName(db: Db, fullName: string): Promise<ServableRepo | null>
  /** Commit id of a revision; throws `RevisionNotFound`. */
  resolveRevision(repo: ServableRepo, revision: string): Promise<string>
  /** Every file of a commit, at most `limit`. */
  listFiles(repo: ServableRepo, commitOid: string, limit: number): Promise<readonly RepoFile[]>
  openFile(
    repo: ServableRepo,
    commitOid: string,
    path: string,
  ): Promise<{ sizeBytes: number; open(range: ByteRange): Promise<AsyncIterable<Buffer>> }>
}

export interface InferenceDeps extends Kit {
  readonly accounts: Pick<Accounts, 'authenticate' | 'verifyToken' | 'findAccount'>
  readonly metering: Pick<Metering, 'gate' | 'payerOf'>
  readonly repos: InferenceRepos
  readonly limiter: RateLimiter
}
