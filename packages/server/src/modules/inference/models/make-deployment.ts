import { readGguf } from '@stoa/formats'
import { refuse } from '@stoa/contracts'
import type { InferenceDeps, RepoFile, ServableRepo } from '../deps.js'
import { findDeployment, insertDeployment } from '../queries/deployments.js'
import type { Deployment } from './deployment.js'
import { estimateLlama, estimateOnnx, type MemoryEstimate } from './estimate-memory.js'
import { matchRuntime, type RuntimeMatch } from './match-runtime.js'

const MAX_FILES = 10_000
const MAX_CONFIG_BYTES = 1024 * 1024

/** The deployment of a commit, made at the first need; null when no runtime here can serve it. */
export async function makeDeployment(
  deps: InferenceDeps,
  repo: ServableRepo,
  commitOid: string,
): Promise<Deployment | null> {
  const known = await findDeployment(deps.db, repo.id, commitOid)
  if (known) return known
  const files = await deps.repos.listFiles(repo, commitOid, MAX_FILES)
  const match = matchRuntime(files)
  if (!match) return null
  const chosen = files.filter(({ path }) => match.paths.includes(path))
  const estimate = await estimateMemory(deps, repo, commitOid, match, chosen)
  const deployment: Deployment = {
    id: deps.ids.next(),
    repoId: repo.id,
    commitOid,
    runtime: match.runtime,
    task: await findTask(deps, repo, commitOid, match),
    modelFile: match.modelFile,
    files: chosen.map(({ path, sizeBytes, oid, sha256 }) => ({ path, sizeBytes, oid, sha256 })),
    sizeBytes: chosen.reduce((sum, file) => sum + file.sizeBytes, 0),
    ...estimate,
    createdAt: deps.clock.now(),
  }
  await deps.write((tx) => insertDeployment(tx, deployment))
  return findDeployment(deps.db, repo.id, commitOid)
}

async function estimateMemory(
  deps: InferenceDeps,
  repo: ServableRepo,
  commitOid: string,
  match: RuntimeMatch,
  files: readonly RepoFile[],
): Promise<MemoryEstimate> {
  const bytes = files
    .filter(({ path }) => path.startsWith(match.modelFile))
    .reduce((sum, file) => sum + file.sizeBytes, 0)
  if (match.runtime === 'onnx') return estimateOnnx(bytes)
  const file = await deps.repos.openFile(repo, commitOid, match.modelFile)
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const chunks: Buffer[] = []
    const endExclusive = Math.min(end, file.sizeBytes)
    if (start >= endExclusive) return Buffer.alloc(0)
    for await (const chunk of await file.open({ start, endExclusive })) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
  try {
    return estimateLlama(bytes, await readGguf({ sizeBytes: file.sizeBytes, read }))
  } catch (error) {
    throw refuse(
      'ModelNotServable',
      `${match.modelFile} is not a GGUF file this server can read: ${(error as Error).message}`,
    )
  }
}

/** What the model does when a caller names no task. */
async function findTask(
  deps: InferenceDeps,
  repo: ServableRepo,
  commitOid: string,
  match: RuntimeMatch,
): Promise<string> {
  if (match.runtime === 'llama') return 'text-generation'
  const config = await readConfig(deps, repo, commitOid, match)
  const architectures = Array.isArray(config['architectures']) ? config['architectures'].map(String) : []
  return architectures.some((name) => name.endsWith('ForSequenceClassification'))
    ? 'text-classification'
    : 'feature-extraction'
}

async function readConfig(
  deps: InferenceDeps,
  repo: ServableRepo,
  commitOid: string,
  match: RuntimeMatch,
): Promise<Record<string, unknown>> {
  if (!match.paths.includes('config.json')) return {}
  const file = await deps.repos.openFile(repo, commitOid, 'config.json')
  if (file.sizeBytes > MAX_CONFIG_BYTES) return {}
  const chunks: Buffer[] = []
  for await (const chunk of await file.open({ start: 0, endExclusive: file.sizeBytes })) chunks.push(chunk)
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
