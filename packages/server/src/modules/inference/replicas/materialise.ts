import { createHash, type Hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, normalize, sep } from 'node:path'
import type { InferenceRepos, ServableRepo } from '../deps.js'
import type { Deployment, DeploymentFile } from '../models/deployment.js'

const MAX_MODEL_BYTES = 512 * 1024 ** 3

interface MaterialiseDeps {
  readonly repos: Pick<InferenceRepos, 'openFile'>
  readonly dataDir: string
}

/**
 * The folder with a deployment's files, fetched from the repository when it is not there: streamed, every hash checked,
 * put in place by one rename. What is under `cache` may be deleted at any time.
 */
export async function materialise(deps: MaterialiseDeps, repo: ServableRepo, deployment: Deployment): Promise<string> {
  const folder = join(deps.dataDir, 'cache', 'models', `${deployment.repoId}-${deployment.commitOid}`)
  if (existsSync(folder)) return folder
  if (deployment.sizeBytes > MAX_MODEL_BYTES) throw new Error(`a model of ${deployment.sizeBytes} bytes is not served`)
  const draft = `${folder}.${deployment.id}.draft`
  await rm(draft, { recursive: true, force: true })
  try {
    for (const file of deployment.files) await writeChecked(deps, repo, deployment.commitOid, draft, file)
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (existsSync(folder)) return folder
    throw error
  }
  return folder
}

async function writeChecked(
  deps: MaterialiseDeps,
  repo: ServableRepo,
  commitOid: string,
  folder: string,
  file: DeploymentFile,
): Promise<void> {
  const target = normalize(join(folder, file.path))
  if (!target.startsWith(folder + sep)) throw new Error(`${file.path} leaves its folder`)
  await mkdir(dirname(target), { recursive: true, mode: 0o755 })
  const source = await deps.repos.openFile(repo, commitOid, file.path)
  const hash = startHash(file)
  const handle = await open(target, 'wx', 0o644)
  try {
    let written = 0
    for await (const chunk of await source.open({ start: 0, endExclusive: source.sizeBytes })) {
      hash.update(chunk)
      written += chunk.length
      await handle.write(chunk)
    }
    const digest = hash.digest('hex')
    if (written !== file.sizeBytes || digest !== (file.sha256 ?? file.oid)) {
      throw new Error(`${file.path} is not what its commit says: ${written} bytes, ${digest}`)
    }
  } finally {
    await handle.close()
  }
}

/** Large files are named by SHA-256 of their bytes, the others by git's SHA-1 with its header. */
function startHash(file: DeploymentFile): Hash {
  return file.sha256 === null ? createHash('sha1').update(`blob ${file.sizeBytes}\0`) : createHash('sha256')
}
