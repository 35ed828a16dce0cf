import { refuse } from '@stoa/contracts'
import type { Repo, Repos } from '../repos/index.js'
import type { InferenceRepos, RepoFile, ServableRepo } from './deps.js'

const PAGE = 1_000

/** Repositories as inference reads them: models only, whole file lists, files of a fixed commit. */
export function readRepos(repos: Repos): InferenceRepos {
  return {
    findReadable: async (actor, fullName) => refuseDisabled(await repos.findReadable(actor, 'model', fullName)),
    findById: async (_db, repoId) => modelOrNull(await repos.getRepo(repoId)),
    findByName: async (db, fullName) => repos.findByName(db, 'model', fullName),
    resolveRevision: (repo, revision) => repos.resolveRevision(repo as Repo, revision),
    listFiles: (repo, commitOid, limit) => listFiles(repos, repo, commitOid, limit),
    openFile: async (repo, commitOid, path) => repos.openFile(repo as Repo, commitOid, path),
  }
}

async function listFiles(repos: Repos, repo: ServableRepo, commitOid: string, limit: number): Promise<RepoFile[]> {
  const files: RepoFile[] = []
  let cursor: string | undefined
  do {
    const query = { recursive: true, expand: false, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }
    const page = await repos.listTree(repo as Repo, commitOid, '', query)
    for (const entry of page.entries) {
      if (entry.type !== 'file') continue
      files.push({
        path: entry.path,
        sizeBytes: entry.lfs?.size ?? entry.size,
        oid: entry.oid,
        sha256: entry.lfs?.oid ?? null,
      })
    }
    cursor = page.cursor ?? undefined
  } while (cursor !== undefined && files.length < limit)
  return files
}

function modelOrNull(repo: Repo | null): Repo | null {
  return repo?.type === 'model' ? repo : null
}

function refuseDisabled(repo: Repo): Repo {
  if (repo.disabled) throw refuse('RepoNotFound')
  return repo
}
