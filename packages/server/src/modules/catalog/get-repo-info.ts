import { type InfoQuery, type RepoInfo, type RepoType, repoKind } from '@stoa/contracts'
import type { Actor } from '../../kit/http/actor.js'
import type { CatalogRepo } from './catalog-repos.js'
import type { CatalogDeps } from './deps.js'
import { type Entry, fullNameOf, NO_FACTS } from './entry.js'
import type { CommitFacts } from './facts/facts-reader.js'
import type { RepoFile } from './facts/repo-files.js'
import { infoProjection, type Projection } from './listing/expand-keys.js'
import { type VisibleSet, visibleTo } from '../accounts/index.js'
import { type Extras, presentRepo, type Sibling, wantsKey } from './present-repo.js'
import { findEntry } from './queries/entries.js'
import { mappingObject } from './serving.js'
import { countChildren, findModelIds, listLinkedSpaces } from './queries/lineage.js'

/** The information, or the name under which the repository is found now. */
export type InfoAnswer =
  | { readonly kind: 'info'; readonly info: RepoInfo }
  | { readonly kind: 'moved'; readonly path: string }

/**
 * Facts of a repository at a revision (the head of the default branch when none is given), read from its files as they are
 * at this moment: what was pushed before the call is in the answer. Errors: `RepoNotFound`, `RevisionNotFound`, `InvalidRequest`.
 */
export async function getRepoInfo(
  deps: CatalogDeps,
  actor: Actor,
  asked: { type: RepoType; fullName: string; revision: string | null },
  query: InfoQuery,
): Promise<InfoAnswer> {
  const projection = infoProjection(asked.type, query)
  const { repo, isMoved } = await deps.repos.findRepo(actor, asked.type, asked.fullName, 'see')
  if (isMoved) return { kind: 'moved', path: infoPath(repo, asked.revision) }
  const commitOid =
    asked.revision === null ? await deps.repos.findHead(repo) : await deps.repos.resolveRevision(repo, asked.revision)
  const commit = commitOid === null ? null : await deps.facts.read(repo, commitOid)
  const entry = await toEntry(deps, repo, commit)
  return {
    kind: 'info',
    info: presentRepo(entry, projection, await collectExtras(deps, { actor, repo, entry, commit, projection })),
  }
}

function infoPath(repo: CatalogRepo, revision: string | null): string {
  const plural = repoKind.options.find((kind) => kind.startsWith(repo.type)) ?? 'models'
  return `/api/${plural}/${repo.fullName}${revision === null ? '' : `/revision/${encodeURIComponent(revision)}`}`
}

/** Settings from repos, facts from the commit, counters from the table. */
async function toEntry(deps: CatalogDeps, repo: CatalogRepo, commit: CommitFacts | null): Promise<Entry> {
  const known = await findEntry(deps.db, repo.id)
  return {
    repoId: repo.id,
    type: repo.type,
    namespace: repo.namespace,
    name: repo.name,
    visibility: repo.visibility,
    gated: repo.gated,
    disabled: repo.disabled,
    headOid: commit?.commitOid ?? null,
    facts: { repo: commit?.repo ?? NO_FACTS, siblings: [] },
    usedBytes: commit?.sizeBytes ?? 0,
    downloads: known?.downloads ?? 0,
    downloadsAllTime: known?.downloadsAllTime ?? 0,
    likes: known?.likes ?? 0,
    likesRecent: known?.likesRecent ?? 0,
    trending: known?.trending ?? 0,
    createdAt: repo.createdAt,
    updatedAt: repo.updatedAt,
  }
}

interface Asked {
  readonly actor: Actor
  readonly repo: CatalogRepo
  readonly entry: Entry
  readonly commit: CommitFacts | null
  readonly projection: Projection
}

async function collectExtras(deps: CatalogDeps, asked: Asked): Promise<Extras> {
  const { repo, entry, commit, projection } = asked
  const visible = visibleTo(asked.actor)
  const wants = (key: string): boolean => wantsKey(entry.type, projection, key)
  const name = fullNameOf(entry)
  const linked = `${repo.type}s:${name}`
  const isPlain = projection.kind !== 'info' || !projection.blobs
  return {
    siblings: (commit?.files ?? []).map((file) => (isPlain ? { rfilename: file.path } : describeFile(file))),
    ...(wants('spaces') ? { spaces: (await listLinkedSpaces(deps.db, [linked], visible)).get(linked) ?? [] } : {}),
    ...(wants('childrenModelCount')
      ? { childrenModelCount: (await countChildren(deps.db, [name], visible)).get(name) ?? 0 }
      : {}),
    ...(wants('usedStorage') ? await usedStorage(deps, repo.id) : {}),
    ...(wants('baseModels') ? await baseModels(deps, entry, visible) : {}),
    ...(wants('inference') || wants('inferenceProviderMapping') ? await describeServing(deps, name) : {}),
    ...(wants('securityRepoStatus') && commit ? { securityRepoStatus: await deps.scanner.scan(repo, commit) } : {}),
  }
}

async function describeServing(deps: CatalogDeps, name: string): Promise<Extras> {
  const served = (await deps.serving().describe([name])).get(name) ?? []
  return { ...(served.length > 0 ? { inference: 'warm' } : {}), inferenceProviderMapping: mappingObject(served) }
}

async function usedStorage(deps: CatalogDeps, repoId: string): Promise<Extras> {
  const bytes = (await deps.repos.sumStorage([repoId])).get(repoId)
  return bytes === undefined ? {} : { usedStorage: bytes }
}

function describeFile(file: RepoFile): Sibling {
  const lfs = file.lfs
    ? { lfs: { sha256: file.lfs.oid, size: file.lfs.sizeBytes, pointerSize: file.lfs.pointerBytes } }
    : {}
  return { rfilename: file.path, size: file.sizeBytes, blobId: file.oid, ...lfs }
}

/** Base models that are here and visible; those the card names from elsewhere stay in its tags. */
async function baseModels(deps: CatalogDeps, entry: Entry, visible: VisibleSet): Promise<Extras> {
  const { baseModels: names, tags } = entry.facts.repo
  const relation = tags.map((tag) => /^base_model:(adapter|merge|quantized|finetune):/.exec(tag)?.[1]).find(Boolean)
  const ids = await findModelIds(deps.db, names, visible)
  const models = names.flatMap((name) => {
    const id = ids.get(name.toLowerCase())
    return id ? [{ _id: id, id: name }] : []
  })
  return relation && models.length > 0 ? { baseModels: { relation, models } } : {}
}
