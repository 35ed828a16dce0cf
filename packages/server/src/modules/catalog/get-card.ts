import { refuse, type RepoType } from '@stoa/contracts'
import { MAX_CARD_CHARS } from '@stoa/formats'
import type { Actor } from '../../kit/http/actor.js'
import type { CardJob, CardPage } from './card/card-job.js'
import type { CatalogDeps } from './deps.js'
import { readText } from './facts/collect-facts.js'
import { readRepoFiles } from './facts/read-repo-files.js'

/** Rendered cards that are remembered, and their characters in all. */
export const MAX_REMEMBERED_CARDS = 300
export const MAX_REMEMBERED_CARD_CHARS = 30_000_000

/** A card at a commit. `sha` is null for a repository without commits. */
export interface CardAnswer extends CardPage {
  readonly sha: string | null
}

const CARD_PATH = 'README.md'
const EMPTY: CardPage = { html: '', toc: [], frontMatter: null, errors: [], warnings: [] }
const FAILED: CardPage = {
  ...EMPTY,
  errors: [{ message: 'This card could not be rendered. Look at the file itself.' }],
}

/** `path` is the card's README.md or another Markdown file. */
export interface CardQuestion {
  readonly type: RepoType
  readonly fullName: string
  readonly revision: string | null
  readonly path: string
}

/** Renders cards, remembering them by content. */
export interface CardReader {
  get(actor: Actor, asked: CardQuestion): Promise<CardAnswer>
}

export function createCardReader(deps: CatalogDeps): CardReader {
  const remembered = new Map<string, CardPage>()
  const underWay = new Map<string, Promise<CardPage>>()
  let chars = 0
  const remember = (key: string, page: CardPage): void => {
    remembered.set(key, page)
    chars += page.html.length
    for (const [oldKey, old] of remembered) {
      if (remembered.size <= MAX_REMEMBERED_CARDS && chars <= MAX_REMEMBERED_CARD_CHARS) break
      remembered.delete(oldKey)
      chars -= old.html.length
    }
  }
  /** However many ask at once, a card is rendered once. */
  const render = async (key: string, job: Extract<CardJob, { kind: 'render' }>): Promise<CardPage> => {
    const known = underWay.get(key)
    if (known) return await known
    const rendering = deps.cards.run(job).then((rendered) => {
      remember(key, rendered ?? FAILED)
      return rendered ?? FAILED
    })
    underWay.set(key, rendering)
    return await rendering.finally(() => underWay.delete(key))
  }
  return {
    get: async (actor, asked) => {
      const { repo } = await deps.repos.findRepo(
        actor,
        asked.type,
        asked.fullName,
        asked.path === CARD_PATH ? 'see' : 'read',
      )
      const sha =
        asked.revision === null
          ? await deps.repos.findHead(repo)
          : await deps.repos.resolveRevision(repo, asked.revision)
      if (sha === null) return { ...EMPTY, sha: null }
      const file = (await deps.facts.read(repo, sha)).files.find(({ path }) => path === asked.path)
      if (!file || !/\.(md|markdown)$/i.test(asked.path)) return { ...EMPTY, sha }
      const place = {
        basePath: pagePath(repo.type, repo.fullName),
        revision: asked.revision ?? repo.defaultBranch,
        folder: folderOf(asked.path),
      }
      const key = JSON.stringify([file.oid, asked.path, repo.type, place.basePath, place.revision])
      const known = remembered.get(key)
      if (known) return { ...known, sha }
      const card = await readText(await readRepoFiles(deps.repos, repo, sha), file, MAX_CARD_CHARS)
      if (card === null) return { ...FAILED, sha }
      return { ...(await render(key, { kind: 'render', card, cardKind: repo.type, place })), sha }
    },
  }
}

/** Markdown that is not committed yet, rendered as it would be after. Errors: `RepoNotFound`, `GatedRepo`, `UnreadableFile`. */
export async function previewMarkdownText(
  deps: CatalogDeps,
  actor: Actor,
  asked: CardQuestion & { readonly text: string },
): Promise<CardPage> {
  const { repo } = await deps.repos.findRepo(actor, asked.type, asked.fullName, 'read')
  const place = {
    basePath: pagePath(repo.type, repo.fullName),
    revision: asked.revision ?? repo.defaultBranch,
    folder: folderOf(asked.path),
  }
  const page = await deps.cards.run({ kind: 'render', card: asked.text, cardKind: repo.type, place })
  if (!page) throw refuse('UnreadableFile', 'This text took too long to be rendered.')
  return page
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** Page of a repository: models at the root, others below their kind. */
function pagePath(type: RepoType, fullName: string): string {
  const path = fullName.split('/').map(encodeURIComponent).join('/')
  return type === 'model' ? `/${path}` : `/${type}s/${path}`
}
