import { z } from 'zod'
import type { Db, Tx } from '../../../kit/db/database.js'
import {
  type Change,
  describeDifference,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import { insertNewRepo } from '../create-repo.js'
import type { RepoDeps } from '../deps.js'
import { announce, factsOf } from '../events.js'
import { refuseSold } from '../live-offer.js'
import { insertLfsObject } from '../queries/lfs.js'
import { dropRepo } from '../drop-repo.js'
import { findRepoByName, listRepos, type RepoChange, updateRepo } from '../queries/repos.js'
import { recordRepo, recordSettings } from '../record-change.js'
import { updateRepoGroup } from '../queries/resource-groups.js'
import type { Repo } from '../repo.js'
import { findRepoNameProblem, type RepoName, splitRepoName } from '../repo-name.js'
import { type FirstContent, readFirstContent } from './read-first-content.js'

const PAGE = 1000

const repoItem = z.strictObject({
  type: z.enum(['model', 'dataset', 'space', 'kernel']).default('model'),
  name: z.string().min(3).max(200),
  private: z.boolean().optional(),
  /** Wins over `private`; `internal` is of organisations. */
  visibility: z.enum(['public', 'private', 'internal']).optional(),
  gated: z.union([z.enum(['auto', 'manual']), z.literal(false)]).optional(),
  /** Members of its organisation ask too. */
  orgMembersGated: z.boolean().optional(),
  /** Name of a resource group of its organisation. */
  resourceGroup: z.string().min(1).max(96).optional(),
  sdk: z.enum(['gradio', 'streamlit', 'docker', 'static']).optional(),
  files: z.string().max(1000).optional(),
})
export type RepoItem = z.output<typeof repoItem>

/** `repos:` of a manifest. The files of a folder are committed when the repository is new. */
export function reposNoun(deps: RepoDeps): ManifestNoun<RepoItem, FirstContent | null> {
  return {
    key: 'repos',
    identity: ['type', 'name'],
    schema: repoItem,
    prepare: async (item, context) => {
      const name = nameOf(item)
      if (await findRepoByName(deps.db, item.type, name)) return null
      return await readFirstContent(deps, item, name, context)
    },
    apply: (tx, item, context, prepared) => applyRepo(deps, tx, item, context, prepared),
    remove: async (tx, item, context) => {
      const repo = await findRepoByName(tx, item.type, nameOf(item))
      if (!repo) return null
      await refuseSold(deps, tx, repo)
      await dropRepo(tx, repo.id)
      await recordRepo(deps, tx, repo, { action: 'repo.delete', before: { visibility: repo.visibility } })
      const actorId = context.actor?.userId ?? null
      await announce(deps.events, tx, 'repos.deleted', { ...factsOf(repo), accountId: repo.accountId, actorId })
      return { kind: 'remove', subject: subjectOf(repo), text: '' }
    },
    export: async (db) => {
      const items: RepoItem[] = []
      let after = ''
      for (let page = await listRepos(db, after, PAGE); page.length > 0; page = await listRepos(db, after, PAGE)) {
        for (const repo of page) items.push(showRepo(repo, await nameOfGroup(deps, db, repo)))
        after = page.at(-1)?.id ?? ''
      }
      return items
    },
  }
}

const subjectOf = (repo: { readonly type: string; readonly fullName: string }): string =>
  `repo ${repo.type} ${repo.fullName}`

function nameOf(item: RepoItem): RepoName {
  const name = splitRepoName(item.name)
  const problem = name ? findRepoNameProblem(name.name) : 'A repository name is "namespace/name".'
  if (!name || problem) throw itemProblem(['name'], problem ?? '')
  return name
}

async function applyRepo(
  deps: RepoDeps,
  tx: Tx,
  item: RepoItem,
  context: ManifestContext,
  content: FirstContent | null,
): Promise<Change | null> {
  const name = nameOf(item)
  const existing = await findRepoByName(tx, item.type, name)
  if (existing) return await changeRepo(deps, tx, existing, item, context)
  const account = await deps.accounts.findAccount(tx, name.namespace)
  if (!account) throw itemProblem(['name'], `there is no account ${name.namespace}`)
  if (!content) throw itemProblem(['name'], `${item.name} was deleted while the manifest was applied`)
  const visibility = wantedVisibility(item) ?? (account.defaultPrivate ? 'private' : 'public')
  demandOrganisation(account, visibility)
  const actorId = context.actor?.userId ?? null
  const draft = { type: item.type, name, account, visibility, sdk: item.sdk ?? null, actorId }
  const resourceGroupId = (await findNamedGroup(deps, tx, account.id, item)) ?? null
  const repo = await insertNewRepo(deps, tx, { ...draft, resourceGroupId, commit: content.commit })
  if (!repo) throw itemProblem(['name'], `${item.name} was made while the manifest was applied`)
  if (item.gated || item.orgMembersGated) {
    const gate = { gated: item.gated || 'false', orgMembersGated: item.orgMembersGated ?? false } as const
    await updateRepo(tx, repo.id, gate, context.now)
  }
  for (const object of content.large) {
    await insertLfsObject(tx, { ...object, repoId: repo.id, pushedBy: actorId, at: context.now })
  }
  return { kind: 'create', subject: subjectOf(repo), text: visibility === 'public' ? '' : visibility }
}

async function changeRepo(
  deps: RepoDeps,
  tx: Tx,
  repo: Repo,
  item: RepoItem,
  context: ManifestContext,
): Promise<Change | null> {
  const texts: string[] = []
  const change = await changeOf(deps, tx, repo, item)
  if (Object.keys(change).length > 0) {
    const changed = await updateRepo(tx, repo.id, change, context.now)
    await recordSettings(deps, tx, repo, changed)
    const { visibility, gated, orgMembersGated } = repo
    texts.push(describeDifference({ visibility, gated, orgMembersGated }, { ...change }))
  }
  const groupId = await findNamedGroup(deps, tx, repo.accountId, item)
  if (groupId !== undefined && groupId !== repo.resourceGroupId) {
    await updateRepoGroup(tx, repo.id, groupId, context.now)
    texts.push(`resourceGroup → ${item.resourceGroup}`)
  }
  if (texts.length === 0) return null
  await announce(deps.events, tx, 'repos.settings', { repoId: repo.id, actorId: context.actor?.userId ?? null })
  return { kind: 'update', subject: subjectOf(repo), text: texts.join(', ') }
}

/** Id of the group the item names; undefined when it names none. */
async function findNamedGroup(deps: RepoDeps, tx: Tx, accountId: string, item: RepoItem): Promise<string | undefined> {
  if (item.resourceGroup === undefined) return undefined
  const group = await deps.orgs.findResourceGroupByName(tx, accountId, item.resourceGroup)
  if (!group) throw itemProblem(['resourceGroup'], `there is no resource group ${item.resourceGroup}`)
  return group.id
}

/** The settings an item asks for that differ from those that stand. */
async function changeOf(deps: RepoDeps, tx: Tx, repo: Repo, item: RepoItem): Promise<RepoChange> {
  const visibility = wantedVisibility(item, repo.visibility)
  if (visibility === 'internal') demandOrganisation(await deps.accounts.getAccount(tx, repo.accountId), visibility)
  const gated = item.gated === undefined ? undefined : item.gated === false ? 'false' : item.gated
  const members = item.orgMembersGated
  return {
    ...(members !== undefined && members !== repo.orgMembersGated ? { orgMembersGated: members } : {}),
    ...(visibility !== undefined && visibility !== repo.visibility ? { visibility } : {}),
    ...(gated !== undefined && gated !== repo.gated ? { gated } : {}),
  }
}

/** `private: true` is content with an internal one. */
function wantedVisibility(item: RepoItem, before?: Repo['visibility']): Repo['visibility'] | undefined {
  if (item.visibility !== undefined || item.private === undefined) return item.visibility
  if (!item.private) return 'public'
  return before === 'internal' ? 'internal' : 'private'
}

function demandOrganisation(account: { readonly type: 'user' | 'org' }, visibility: Repo['visibility']): void {
  if (visibility !== 'internal' || account.type === 'org') return
  throw itemProblem(['visibility'], 'only a repository of an organisation can be internal')
}

async function nameOfGroup(deps: RepoDeps, db: Db, repo: Repo): Promise<string | undefined> {
  if (repo.resourceGroupId === null) return undefined
  return (await deps.orgs.findResourceGroup(db, repo.accountId, repo.resourceGroupId))?.name
}

function showRepo(repo: Repo, resourceGroup: string | undefined): RepoItem {
  return {
    type: repo.type,
    name: repo.fullName,
    private: repo.visibility === 'private' ? true : undefined,
    visibility: repo.visibility === 'internal' ? 'internal' : undefined,
    gated: repo.gated === 'false' ? undefined : repo.gated,
    orgMembersGated: repo.orgMembersGated || undefined,
    resourceGroup,
    sdk: (repo.sdk as RepoItem['sdk']) ?? undefined,
  }
}
