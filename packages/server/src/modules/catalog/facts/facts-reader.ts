import type { RepoFacts } from '@stoa/formats'
import type { CardWorker } from '../card/card-worker.js'
import type { CatalogRepo, CatalogRepos } from '../catalog-repos.js'
import { collectFacts } from './collect-facts.js'
import { readRepoFiles } from './read-repo-files.js'
import type { RepoFile } from './repo-files.js'

/** Commits whose facts are remembered; they follow from the commit alone. */
export const MAX_REMEMBERED_COMMITS = 200
/** Files of all remembered commits; about 300 bytes each. */
export const MAX_REMEMBERED_FILES = 200_000

/** A repository at one commit. */
export interface CommitFacts {
  readonly commitOid: string
  readonly repo: RepoFacts
  readonly files: readonly RepoFile[]
  /** Bytes of all files, large ones at their real size. */
  readonly sizeBytes: number
}

/** Reads facts of commits, remembering the latest; concurrent readers of one commit share one reading. */
export interface FactsReader {
  read(repo: CatalogRepo, commitOid: string): Promise<CommitFacts>
}

export function createFactsReader(repos: CatalogRepos, cards: CardWorker): FactsReader {
  const remembered = new Map<string, { reading: Promise<CommitFacts>; files: number }>()
  let files = 0
  const forget = (key: string): void => {
    files -= remembered.get(key)?.files ?? 0
    remembered.delete(key)
  }
  const trim = (): void => {
    for (const key of remembered.keys()) {
      if (remembered.size <= MAX_REMEMBERED_COMMITS && files <= MAX_REMEMBERED_FILES) return
      forget(key)
    }
  }
  return {
    read: (repo, commitOid) => {
      const key = `${repo.id} ${repo.type} ${commitOid}`
      const known = remembered.get(key)
      if (known) {
        remembered.delete(key)
        remembered.set(key, known)
        return known.reading
      }
      const kept = { reading: readCommit(repos, cards, repo, commitOid), files: 0 }
      remembered.set(key, kept)
      kept.reading.then(
        (facts) => {
          if (remembered.get(key) !== kept) return
          kept.files = facts.files.length
          files += kept.files
          trim()
        },
        () => forget(key),
      )
      trim()
      return kept.reading
    },
  }
}

async function readCommit(
  repos: CatalogRepos,
  cards: CardWorker,
  repo: CatalogRepo,
  commitOid: string,
): Promise<CommitFacts> {
  const files = await readRepoFiles(repos, repo, commitOid)
  return {
    commitOid,
    repo: await collectFacts(cards, repo.type, files),
    files: files.files,
    sizeBytes: files.files.reduce((sum, file) => sum + file.sizeBytes, 0),
  }
}
