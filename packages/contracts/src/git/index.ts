import { z } from 'zod'
import { route } from '../define.js'

const MAX_SEGMENT = 220
const segment = z.string().min(1).max(MAX_SEGMENT)

/** `:repo` is the name with or without `.git`. */
const params = z.object({ namespace: segment, repo: segment })

/** Where the repositories of each type stand; models have no prefix (hub-api 4.7). */
const PREFIXES = { model: '', dataset: '/datasets', space: '/spaces', kernel: '/kernels' } as const
export type GitRepoType = keyof typeof PREFIXES

const REFUSALS = ['RepoNotFound', 'GatedRepo', 'Unauthorized', 'Forbidden', 'InsufficientScope', 'InvalidBody'] as const

function infoRefs<const Type extends GitRepoType>(type: Type) {
  return route({
    id: `git.infoRefs.${type}`,
    family: 'git',
    method: 'GET',
    path: `${PREFIXES[type]}/:namespace/:repo/info/refs`,
    summary: `Refs and abilities for git fetch and push of a ${type} (smart HTTP)`,
    auth: 'optional',
    rate: 'git',
    params,
    query: z.object({ service: z.string().max(40).optional() }),
    errors: [...REFUSALS, 'InvalidRequest'],
  })
}

function uploadPack<const Type extends GitRepoType>(type: Type) {
  return route({
    id: `git.uploadPack.${type}`,
    family: 'git',
    method: 'POST',
    path: `${PREFIXES[type]}/:namespace/:repo/git-upload-pack`,
    summary: `git fetch of a ${type}, protocol versions 0, 1 and 2`,
    auth: 'optional',
    rate: 'git',
    params,
    errors: [...REFUSALS, 'BodyTooLarge', 'UnsupportedMediaType'],
  })
}

function receivePack<const Type extends GitRepoType>(type: Type) {
  return route({
    id: `git.receivePack.${type}`,
    family: 'git',
    method: 'POST',
    path: `${PREFIXES[type]}/:namespace/:repo/git-receive-pack`,
    summary: `git push of a ${type}`,
    auth: 'optional',
    rate: 'git',
    params,
    errors: [...REFUSALS, 'BodyTooLarge', 'UnsupportedMediaType'],
  })
}

const byType = <T>(make: (type: GitRepoType) => T): Record<GitRepoType, T> => ({
  model: make('model'),
  dataset: make('dataset'),
  space: make('space'),
  kernel: make('kernel'),
})

/** Git's smart HTTP by repository type; bodies are git's own, read and written as streams. */
export const gitInfoRefs = byType(infoRefs)
export const gitUploadPack = byType(uploadPack)
export const gitReceivePack = byType(receivePack)
