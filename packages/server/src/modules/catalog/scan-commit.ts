import { PICKLE_FILE, type PickleVerdict, scanPickleFile } from '@stoa/formats'
import type { CatalogRepo, CatalogRepos } from './catalog-repos.js'
import type { CommitFacts } from './facts/facts-reader.js'
import { readRepoFiles } from './facts/read-repo-files.js'
import type { RepoFile } from './facts/repo-files.js'

/** Files of one commit that are scanned; beyond it the answer says that scans are not done. */
export const MAX_SCANNED_FILES = 200
/** Time one question may spend on scanning; what is left is scanned by the next one. */
export const SCAN_TIME_MS = 5_000
/** Verdicts that are remembered; they follow from the content alone. */
const MAX_REMEMBERED = 5_000

const LEVELS: Readonly<Record<PickleVerdict, string>> = {
  safe: 'safe',
  suspicious: 'suspicious',
  unsafe: 'unsafe',
  opaque: 'caution',
}

/** What the Hub calls `securityRepoStatus`: the files of a commit that may run code when loaded. */
export interface SecurityRepoStatus {
  readonly scansDone: boolean
  readonly filesWithIssues: readonly { readonly path: string; readonly level: string }[]
}

/** Scans the files of a commit that may hold pickles, one file at a time in the whole process. Nothing is executed. */
export interface Scanner {
  scan(repo: CatalogRepo, commit: CommitFacts): Promise<SecurityRepoStatus>
}

export function createScanner(repos: CatalogRepos): Scanner {
  const verdicts = new Map<string, PickleVerdict>()
  let line: Promise<unknown> = Promise.resolve()
  const contentOf = (file: RepoFile): string => file.lfs?.oid ?? file.oid

  const scanUnknown = async (repo: CatalogRepo, commit: CommitFacts, files: readonly RepoFile[]): Promise<void> => {
    const started = performance.now()
    const opened = await readRepoFiles(repos, repo, commit.commitOid)
    for (const file of files) {
      if (performance.now() - started > SCAN_TIME_MS) return
      if (verdicts.has(contentOf(file))) continue
      const { verdict } = await scanPickleFile(await opened.open(file))
      if (verdicts.size >= MAX_REMEMBERED) verdicts.clear()
      verdicts.set(contentOf(file), verdict)
    }
  }
  return {
    scan: async (repo, commit) => {
      const candidates = commit.files.filter((file) => PICKLE_FILE.test(file.path))
      const looked = candidates.slice(0, MAX_SCANNED_FILES)
      if (looked.some((file) => !verdicts.has(contentOf(file)))) {
        const turn = line.then(() => scanUnknown(repo, commit, looked))
        line = turn.catch(() => {})
        await turn
      }
      const filesWithIssues = looked.flatMap((file) => {
        const verdict = verdicts.get(contentOf(file)) ?? 'safe'
        return verdict === 'safe' ? [] : [{ path: file.path, level: LEVELS[verdict] }]
      })
      const scansDone = candidates.length === looked.length && looked.every((file) => verdicts.has(contentOf(file)))
      return { scansDone, filesWithIssues }
    },
  }
}
