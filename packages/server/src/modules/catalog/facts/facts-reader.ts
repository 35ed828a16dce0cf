import type { RepoFacts } from '@stoa/formats'
import type { CatalogRepo, CatalogRepos } from '../catalog-repos.js'
import { collectFacts } from './collect-facts.js'
import { readRepoFiles } from './read-repo-files.js'
import type { RepoFile } from './repo-files.js'

/** Commits whose facts are remembered; they follow from the commit alone. */
export const MAX_REMEMBERED_COMMITS = 200

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

export function createFactsReader(repos: CatalogRepos): FactsReader {
  const remembered = new Map<string, Promise<CommitFacts>>()
  return {
    read: (repo, commitOid) => {
      const key = `${repo.id} ${repo.type} ${commitOid}`
      const known = remembered.get(key)
      if (known) {
        remembered.delete(key)
        remembered.set(key, known)
        return known
      }
      const reading = readCommit(repos, repo, commitOid)
      remembered.set(key, reading)
      reading.catch(() => remembered.delete(key))
      if (remembered.size > MAX_REMEMBERED_COMMITS) remembered.delete(remembered.keys().next().value as string)
      return reading
    },
  }
}

async function readCommit(repos: CatalogRepos, repo: CatalogRepo, commitOid: string): Promise<CommitFacts> {
  const files = await readRepoFiles(repos, repo, commitOid)
  return {
    commitOid,
    repo: await collectFacts(repo.type, files),
    files: files.files,
    sizeBytes: files.files.reduce((sum, file) => sum + file.sizeBytes, 0),
  }
}
