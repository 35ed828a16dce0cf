import { refuse } from '@stoa/contracts'
import { encodeCommit } from '@stoa/git'
import type { Tx } from '../../../kit/db/database.js'
import { Turns } from '../../../kit/turns.js'
import type { RepoDeps } from '../deps.js'
import { announce } from '../events.js'
import type { CommitNode } from '../../git/index.js'
import { touchRepo } from '../queries/repos.js'
import type { Repo } from '../repo.js'
import { findRevision, revisionNotFound } from '../resolve-revision.js'
import { collectEdits, type FileOperation } from './collect-edits.js'
import { EMPTY_TREE, editTree, type TreeEdit } from './tree-edit.js'

/** Who commits; the git signature is made of the name. */
export interface CommitAuthor {
  readonly userId: string | null
  readonly name: string
}

export interface CommitRequest {
  readonly repo: Repo
  readonly author: CommitAuthor
  /** A branch, or `refs/pr/N`. */
  readonly rev: string
  readonly summary: string
  readonly description?: string
  /** 5 to 40 digits of the commit the change was made against; another head is refused. */
  readonly parentCommit?: string | undefined
  /** Open a pull request from `rev` instead of changing it. */
  readonly createPullRequest?: boolean
  readonly operations: AsyncIterable<FileOperation> | Iterable<FileOperation>
}

export interface CommitResult {
  readonly commitOid: string
  /** False when the files were like this already: `commitOid` is the head then. */
  readonly hasChanged: boolean
  readonly pullRequestNum: number | null
}

/** Tries against a branch that others push to, when the caller named no parent: other processes, and git. */
const MAX_TRIES = 20
/** Writers of one branch stand in line here, so that only processes race, not callers. */
const writers = new Turns({ units: 64, unitsPerKey: 1, waiting: 2_000 })

interface Base {
  /** Full name of the ref that moves. */
  readonly refName: string
  readonly commit: CommitNode | null
}

/**
 * Commits operations to a branch or pull request. Contents are stored first; then one short transaction moves the ref
 * and announces `repos.updated`. Throws `RevisionNotFound`, `RefConflict` (412), `EntryNotFound`, `InvalidPath`,
 * `LfsObjectMissing`, `FileTooLarge`, `InvalidCard`.
 */
export async function commitFiles(deps: RepoDeps, request: CommitRequest): Promise<CommitResult> {
  const base = await findBase(deps, request)
  refuseOtherParent(base, request.parentCommit)
  const edits = await collectEdits(deps, request.repo, base.commit, request.operations)
  if (request.parentCommit !== undefined) return await writeCommit(deps, request, base, edits)
  return await writers.take(`${request.repo.id} ${base.refName}`, 1, () => writeOntoHead(deps, request, edits))
}

/** Writes onto whatever the head is; somebody else's commit in between means another try. */
async function writeOntoHead(
  deps: RepoDeps,
  request: CommitRequest,
  edits: readonly TreeEdit[],
): Promise<CommitResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await writeCommit(deps, request, await findBase(deps, request), edits)
    } catch (error) {
      const isRace = (error as { code?: string }).code === 'RefConflict'
      if (!isRace || attempt === MAX_TRIES) throw error
    }
  }
}

async function findBase(deps: RepoDeps, request: CommitRequest): Promise<Base> {
  const { repo, rev } = request
  const refName = writableRef(repo, rev)
  const found = refName === null ? null : await findRevision(deps, repo, refName)
  if (found && refName !== null) return { refName, commit: found.commit }
  const isFirst = refName === `refs/heads/${repo.defaultBranch}` && !request.createPullRequest
  if (isFirst && (await deps.store.listRefs(deps.db, repo.id, 'refs/heads/')).length === 0) {
    return { refName, commit: null }
  }
  throw revisionNotFound(rev)
}

/** The ref a commit to this revision moves; null when it names none that may move. */
export function writableRef(repo: Repo, rev: string): string | null {
  if (rev === 'HEAD') return `refs/heads/${repo.defaultBranch}`
  if (!rev.startsWith('refs/')) return `refs/heads/${rev}`
  return /^refs\/(heads\/.+|pr\/\d+|convert\/[\w.-]+)$/.test(rev) ? rev : null
}

function refuseOtherParent(base: Base, parentCommit: string | undefined): void {
  if (parentCommit === undefined) return
  if (!/^[0-9a-f]{5,40}$/i.test(parentCommit)) throw refuse('InvalidCommit', 'parentCommit is not a commit id.')
  if (!base.commit?.oid.startsWith(parentCommit.toLowerCase())) throw refuse('RefConflict')
}

async function writeCommit(
  deps: RepoDeps,
  request: CommitRequest,
  base: Base,
  edits: readonly TreeEdit[],
): Promise<CommitResult> {
  const { repo } = request
  const readTree = (oid: string) => deps.store.readTree(repo.id, oid)
  const { rootOid, newTrees } = await editTree(readTree, base.commit?.tree ?? null, edits)
  const isSame = rootOid === (base.commit?.tree ?? EMPTY_TREE) && base.commit !== null
  if (isSame && !request.createPullRequest) {
    return { commitOid: base.commit.oid, hasChanged: false, pullRequestNum: null }
  }
  const commitOid =
    isSame && base.commit ? base.commit.oid : await storeCommit(deps, request, base.commit, rootOid, newTrees)
  const at = deps.clock.now()
  const actorId = request.author.userId
  const pullRequestNum = await deps.write(async (tx) => {
    const num = request.createPullRequest ? await openPullRequest(deps, tx, request, base.refName) : null
    const ref = num === null ? base.refName : `refs/pr/${num}`
    const before = num === null ? (base.commit?.oid ?? null) : null
    await deps.store.updateRefs(tx, repo.id, [{ name: ref, old: before, new: commitOid }])
    await touchRepo(tx, repo.id, at)
    await announce(deps.events, tx, 'repos.updated', { repoId: repo.id, ref, before, after: commitOid, actorId })
    return num
  })
  return { commitOid, hasChanged: !isSame, pullRequestNum }
}

async function storeCommit(
  deps: RepoDeps,
  request: CommitRequest,
  parent: CommitNode | null,
  tree: string,
  newTrees: readonly Buffer[],
): Promise<string> {
  const parents = parent ? [parent.oid] : []
  const message = commitMessage(request.summary, request.description)
  const commit = makeCommit(deps, request.author, { tree, parents, message })
  const objects = newTrees.map((data) => ({ type: 'tree' as const, data }))
  const oids = await deps.store.writeObjects(request.repo.id, [...objects, { type: 'commit', data: commit }])
  return oids.at(-1) as string
}

/** Content of a commit object signed by an account, now. */
export function makeCommit(
  deps: Pick<RepoDeps, 'clock' | 'publicUrl'>,
  author: CommitAuthor,
  commit: { readonly tree: string; readonly parents: readonly string[]; readonly message: string },
): Buffer {
  const seconds = Math.floor(deps.clock.now().getTime() / 1000)
  const email = `${author.name}@users.noreply.${new URL(deps.publicUrl()).hostname}`
  const who = { name: author.name, email, seconds, zone: '+0000' }
  return encodeCommit({ ...commit, author: who, committer: who })
}

function commitMessage(summary: string, description: string | undefined): string {
  return description ? `${summary}\n\n${description}` : summary
}

const MAX_TITLE = 200

async function openPullRequest(deps: RepoDeps, tx: Tx, request: CommitRequest, baseRef: string): Promise<number> {
  return await deps.pulls.open(tx, {
    repoId: request.repo.id,
    title: request.summary.slice(0, MAX_TITLE),
    description: request.description ?? '',
    baseRef,
    authorId: request.author.userId ?? '',
    authorName: request.author.name,
  })
}
