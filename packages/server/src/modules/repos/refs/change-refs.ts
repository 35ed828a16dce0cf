import { refuse, StoaError } from '@stoa/contracts'
import { encodeTag, isValidShortName } from '@stoa/git'
import { makeCommit } from '../commits/commit-files.js'
import { EMPTY_TREE } from '../commits/tree-edit.js'
import type { RepoDeps, SignedIn } from '../deps.js'
import { announce } from '../events.js'
import type { GitRef, RefChange } from '../../git/index.js'
import type { Repo } from '../repo.js'
import { resolveRevision, revisionNotFound } from '../resolve-revision.js'

type RefMove = RefChange

async function moveRef(deps: RepoDeps, actor: SignedIn, repo: Repo, move: RefMove): Promise<void> {
  await deps.write(async (tx) => {
    await deps.store.updateRefs(tx, repo.id, [move])
    const facts = { repoId: repo.id, ref: move.name, before: move.old, after: move.new, actorId: actor.userId }
    await announce(deps.events, tx, 'repos.updated', facts)
  })
}

export interface NewBranch {
  readonly name: string
  readonly startingPoint: string | null
  /** Start without files. */
  readonly isEmpty: boolean
  readonly overwrite: boolean
}

/** Makes a branch. Throws `InvalidRefName`, `RefExists`, `RevisionNotFound`. */
export async function createBranch(deps: RepoDeps, actor: SignedIn, repo: Repo, branch: NewBranch): Promise<void> {
  if (!isValidShortName(branch.name) || branch.name.startsWith('refs/')) {
    throw refuse('InvalidRefName', `Invalid reference for a branch: ${branch.name}`)
  }
  const name = `refs/heads/${branch.name}`
  const existing = await deps.store.findRef(deps.db, repo.id, name)
  const isReset = branch.overwrite && (branch.startingPoint !== null || branch.isEmpty)
  if (existing && branch.overwrite && !isReset) return
  if (existing && !isReset) throw refExists(name)
  const target = branch.isEmpty
    ? await storeEmptyCommit(deps, actor, repo)
    : (await resolveRevision(deps, repo, branch.startingPoint ?? repo.defaultBranch)).commit.oid
  await moveRef(deps, actor, repo, { name, old: existing?.oid ?? null, new: target }).catch(asRefExists(name))
}

/** Deletes a branch. Throws `ProtectedRef` for the default one, `RevisionNotFound`. */
export async function deleteBranch(deps: RepoDeps, actor: SignedIn, repo: Repo, branch: string): Promise<void> {
  const name = `refs/heads/${branch}`
  if (branch === repo.defaultBranch) throw refuse('ProtectedRef', `Cannot delete ${name}`)
  await deleteRef(deps, actor, repo, name, branch)
}

export interface NewTag {
  readonly name: string
  readonly rev: string
  /** Makes an annotated tag. */
  readonly message: string | null
}

/** Tags a revision; the revision is checked first, then the name's place, then the name (hub-api 1.40). */
export async function createTag(deps: RepoDeps, actor: SignedIn, repo: Repo, tag: NewTag): Promise<void> {
  const { commit } = await resolveRevision(deps, repo, tag.rev)
  const name = `refs/tags/${tag.name}`
  if (await deps.store.findRef(deps.db, repo.id, name)) throw refExists(name)
  if (!isValidShortName(tag.name)) throw refuse('InvalidRefName', `Invalid reference for a tag: ${tag.name}`)
  const target = tag.message ? await storeTag(deps, actor, repo, tag.name, commit.oid, tag.message) : commit.oid
  const peeled = tag.message ? commit.oid : null
  await moveRef(deps, actor, repo, { name, old: null, new: target, peeled }).catch(asRefExists(name))
}

/** Throws `RevisionNotFound` when there is no such tag. */
export async function deleteTag(deps: RepoDeps, actor: SignedIn, repo: Repo, tag: string): Promise<void> {
  await deleteRef(deps, actor, repo, `refs/tags/${tag}`, tag)
}

async function deleteRef(deps: RepoDeps, actor: SignedIn, repo: Repo, name: string, text: string): Promise<void> {
  const ref: GitRef | null = await deps.store.findRef(deps.db, repo.id, name)
  if (!ref) throw revisionNotFound(text)
  await moveRef(deps, actor, repo, { name, old: ref.oid, new: null })
}

const refExists = (name: string): StoaError => refuse('RefExists', `Reference ${name} already exists`)

/** Somebody else made it between the look and the write. */
const asRefExists =
  (name: string) =>
  (error: unknown): never => {
    throw error instanceof StoaError && error.code === 'RefConflict' ? refExists(name) : error
  }

async function storeEmptyCommit(deps: RepoDeps, actor: SignedIn, repo: Repo): Promise<string> {
  const author = { userId: actor.userId, name: actor.name }
  const data = makeCommit(deps, author, { tree: EMPTY_TREE, parents: [], message: 'initial commit' })
  const oids = await deps.store.writeObjects(repo.id, [
    { type: 'tree', data: new Uint8Array() },
    { type: 'commit', data },
  ])
  return oids[1] as string
}

async function storeTag(
  deps: RepoDeps,
  actor: SignedIn,
  repo: Repo,
  tag: string,
  object: string,
  message: string,
): Promise<string> {
  const seconds = Math.floor(deps.clock.now().getTime() / 1000)
  const email = `${actor.name}@users.noreply.${new URL(deps.publicUrl()).hostname}`
  const tagger = { name: actor.name, email, seconds, zone: '+0000' }
  const data = encodeTag({ object, type: 'commit', tag, tagger, message: `${message}\n` })
  return (await deps.store.writeObjects(repo.id, [{ type: 'tag', data }]))[0] as string
}
