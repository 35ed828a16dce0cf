import { refuse, type RepoType } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import { findHeldBack, refuseHeldBack } from '../accounts/index.js'
import { openStore } from '../git/index.js'
import { mayCreateIn } from './access.js'
import { checkCard } from './commits/check-card.js'
import { checkedPath } from './commits/collect-edits.js'
import { buildFirstCommit, type FirstCommit, type FirstFile, insertFirstCommit } from './commits/first-commit.js'
import type { NamespaceAccount, RepoDeps, SignedIn } from './deps.js'
import { announce, factsOf } from './events.js'
import { defaultAttributes } from './files/attributes.js'
import { findRepoByName, insertRepo } from './queries/repos.js'
import { recordRepo } from './record-change.js'
import { getJoinableGroup } from './resource-groups.js'
import { type Repo, repoPath } from './repo.js'
import { refuseInternal } from './internal.js'
import { findRepoNameProblem, type RepoName, splitRepoName } from './repo-name.js'

export interface NewRepo {
  readonly type: RepoType
  /** `ns/name`, or a bare name with or without `organization`. */
  readonly name: string
  readonly organization?: string | null | undefined
  /** Null lets the account's default decide. */
  readonly visibility: Repo['visibility'] | null
  readonly sdk?: string | null | undefined
  /** A resource group of the organisation. */
  readonly resourceGroupId?: string | null | undefined
  /** Metadata of the first README; null writes none. */
  readonly card?: string | null
  readonly files?: readonly FirstFile[]
}

/**
 * Makes a repository with its first commit (a default `.gitattributes`, and what was given) in one transaction.
 * Throws `InvalidRepoName`, `Forbidden`, `RepoExists` with the existing `url`, `InvalidCard`, `InvalidPath`, `QuotaExceeded`, `GroupNotFound`.
 */
export async function createRepo(deps: RepoDeps, actor: SignedIn, request: NewRepo): Promise<Repo> {
  const { name, account } = await placeFor(deps, actor, request)
  await refuseTaken(deps, request.type, name)
  const author = { userId: actor.userId, name: actor.name }
  const commit = await buildFirstCommit(deps, author, firstFiles(request))
  const visibility = request.visibility ?? (account.defaultPrivate ? 'private' : 'public')
  refuseInternal(account, visibility)
  const groupId = request.resourceGroupId ?? null
  const group = groupId === null ? null : await getJoinableGroup(deps, actor, account, groupId)
  const draft = {
    resourceGroupId: group?.id ?? null,
    type: request.type,
    name,
    account,
    visibility,
    sdk: request.sdk ?? null,
  }
  const repo = await deps.write(async (tx) => {
    await deps.quotas.demandRoom(tx, account.id, { visibility, bytes: 0n, repos: 1 })
    return await insertNewRepo(deps, tx, { ...draft, actorId: actor.userId, commit })
  })
  if (!repo) throw repoExists(deps, request.type, name)
  return repo
}

export interface RepoDraft {
  readonly type: RepoType
  readonly name: RepoName
  readonly account: NamespaceAccount
  readonly visibility: Repo['visibility']
  readonly sdk: string | null
  readonly resourceGroupId: string | null
  readonly actorId: string | null
  readonly commit: FirstCommit
}

/** The write of a creation; null when the name was taken meanwhile. */
export async function insertNewRepo(deps: RepoDeps, tx: Tx, draft: RepoDraft): Promise<Repo | null> {
  const at = deps.clock.now()
  const repo = await insertRepo(tx, {
    ...emptyRow(deps.ids.next(), at),
    type: draft.type,
    accountId: draft.account.id,
    namespace: draft.account.name,
    name: draft.name.name,
    visibility: draft.visibility,
    resourceGroupId: draft.resourceGroupId,
    sdk: draft.sdk,
    createdBy: draft.actorId,
  })
  if (!repo) return null
  await recordRepo(deps, tx, repo, { action: 'repo.create', after: { visibility: repo.visibility } })
  await openStore(tx, repo.id)
  await insertFirstCommit(deps, tx, repo, draft.commit)
  const actorId = draft.actorId
  await announce(deps.events, tx, 'repos.created', { ...factsOf(repo), actorId })
  const ref = `refs/heads/${repo.defaultBranch}`
  const moved = { repoId: repo.id, ref, before: null, after: draft.commit.node.oid, actorId }
  await announce(deps.events, tx, 'repos.updated', moved)
  return repo
}

export function emptyRow(id: string, at: Date) {
  return {
    id,
    gated: 'false',
    resourceGroupId: null,
    defaultBranch: 'main',
    disabled: false,
    discussionsDisabled: false,
    orgMembersGated: false,
    createdAt: at,
    updatedAt: at,
  }
}

/** The account and name a new repository gets. Throws `InvalidRepoName`, `Forbidden`. */
export async function placeFor(
  deps: RepoDeps,
  actor: SignedIn,
  request: Pick<NewRepo, 'name' | 'organization'> & { readonly type: RepoType | 'bucket' },
): Promise<{ name: RepoName; account: NamespaceAccount }> {
  const split = splitRepoName(request.name, request.organization ?? actor.name)
  const problem = split ? findRepoNameProblem(split.name) : 'A repository name is "namespace/name".'
  if (!split || problem) throw refuse('InvalidRepoName', problem ?? undefined)
  const account = await deps.accounts.findAccount(deps.db, split.namespace)
  if (!account || !mayCreateIn(account, actor)) {
    const held = account && findHeldBack(actor, account.name)
    if (held) throw refuseHeldBack(held)
    throw refuse(
      'Forbidden',
      `You don't have the rights to create a ${request.type} under the namespace "${split.namespace}".`,
    )
  }
  return { name: { namespace: account.name, name: split.name }, account }
}

export async function refuseTaken(deps: RepoDeps, type: RepoType, name: RepoName): Promise<void> {
  if (await findRepoByName(deps.db, type, name)) throw repoExists(deps, type, name)
}

/** Clients read `url` when they may use what exists. */
export function repoExists(deps: Pick<RepoDeps, 'publicUrl'>, type: RepoType, name: RepoName): Error {
  const fullName = `${name.namespace}/${name.name}`
  const url = `${deps.publicUrl()}${repoPath({ type, fullName })}`
  return refuse('RepoExists', `A ${type} repository called ${fullName} already exists`, { url, id: fullName })
}

function firstFiles(request: NewRepo): FirstFile[] {
  const text = (path: string, content: string): FirstFile => ({ path, content: Buffer.from(content) })
  const files = [text('.gitattributes', defaultAttributes(request.type))]
  if (request.card) files.push(text('README.md', request.card))
  for (const file of request.files ?? []) {
    checkedPath(file.path)
    if (file.path === 'README.md') checkCard(request.type, file.content)
    files.push(file)
  }
  return files
}
