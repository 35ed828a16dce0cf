import type { InferenceDeps } from '../deps.js'
import { deleteServedRepo, isServed, upsertServedRepo } from '../queries/deployments.js'
import { makeDeployment } from './make-deployment.js'

/** Keeps the list of callable repositories in step with what is pushed; handlers are idempotent. */
export function followRepos(deps: InferenceDeps, onChange: () => void): void {
  deps.events.follow(['repos.created', 'repos.updated', 'repos.moved', 'repos.settings'], 'inference.register', {
    keyOf: ({ repoId }: { repoId: string }) => repoId,
    take: async ({ repoId }) => {
      await registerRepo(deps, repoId)
      onChange()
    },
  })
  deps.events.on('repos.deleted', 'inference.forget', async ({ repoId }: { repoId: string }) => {
    await deps.write((tx) => deleteServedRepo(tx, repoId))
    onChange()
  })
}

/** Notes whether a runtime here can serve the default branch of a model, and takes it off the list when none can. */
export async function registerRepo(deps: InferenceDeps, repoId: string): Promise<void> {
  const repo = await deps.repos.findById(deps.db, repoId)
  const commitOid = repo ? await deps.repos.resolveRevision(repo, repo.defaultBranch).catch(() => null) : null
  const deployment = repo && commitOid !== null ? await tryDeployment(deps, repo, commitOid) : null
  if (repo && deployment)
    await deps.write((tx) => upsertServedRepo(tx, repo.id, repo.fullName, deployment.id, deps.clock.now()))
  else if (await isServed(deps.db, repoId)) await deps.write((tx) => deleteServedRepo(tx, repoId))
}

/** A file no reader here understands makes a repository unservable, not the event undeliverable. */
async function tryDeployment(
  deps: InferenceDeps,
  ...[repo, commitOid]: [Parameters<typeof makeDeployment>[1], string]
) {
  try {
    return await makeDeployment(deps, repo, commitOid)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ModelNotServable') return null
    throw error
  }
}
