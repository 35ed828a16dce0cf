import { PICKLE_FILE, type PickleFileScan, type PickleVerdict, scanPickleFile } from '@stoa/formats'
import type { CatalogRepo } from './catalog-repos.js'
import type { CatalogDeps } from './deps.js'
import type { CommitFacts } from './facts/facts-reader.js'
import { readRepoFiles } from './facts/read-repo-files.js'

/** Files of one commit that are scanned; beyond it the answer says that scans are not done. */
export const MAX_SCANNED_FILES = 200
/** Verdicts that are remembered; they follow from the content alone. */
const MAX_REMEMBERED = 5_000

const LEVELS: Readonly<Record<PickleVerdict, string>> = {
  safe: 'safe',
  suspicious: 'suspicious',
  unsafe: 'unsafe',
  opaque: 'caution',
}
const remembered = new Map<string, PickleFileScan>()

/** What the Hub calls `securityRepoStatus`: the files of a commit that may run code when loaded. */
export interface SecurityRepoStatus {
  readonly scansDone: boolean
  readonly filesWithIssues: readonly { readonly path: string; readonly level: string }[]
}

/** Scans the files that may hold pickles. Nothing is executed; identical bytes are scanned once. */
export async function scanCommit(
  deps: CatalogDeps,
  repo: CatalogRepo,
  commit: CommitFacts,
): Promise<SecurityRepoStatus> {
  const candidates = commit.files.filter((file) => PICKLE_FILE.test(file.path))
  const filesWithIssues: { path: string; level: string }[] = []
  let opened: Awaited<ReturnType<typeof readRepoFiles>> | null = null
  for (const file of candidates.slice(0, MAX_SCANNED_FILES)) {
    const key = file.lfs?.oid ?? file.oid
    let scan = remembered.get(key)
    if (!scan) {
      opened ??= await readRepoFiles(deps.repos, repo, commit.commitOid)
      scan = await scanPickleFile(await opened.open(file))
      if (remembered.size >= MAX_REMEMBERED) remembered.clear()
      remembered.set(key, scan)
    }
    if (scan.verdict !== 'safe') filesWithIssues.push({ path: file.path, level: LEVELS[scan.verdict] })
  }
  return { scansDone: candidates.length <= MAX_SCANNED_FILES, filesWithIssues }
}
