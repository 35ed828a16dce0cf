import { z } from 'zod'

const MAX_SEGMENT = 220
const segment = z.string().min(1).max(MAX_SEGMENT)

/** `:repo` is the name with or without `.git`; git-lfs derives both from the remote (hub-api 4.7). */
export const lfsParams = z.object({ namespace: segment, repo: segment })

/** Where the LFS API of each repository type stands; models have no prefix. */
export const LFS_PREFIXES = { model: '', dataset: '/datasets', space: '/spaces', kernel: '/kernels' } as const
export type LfsRepoType = keyof typeof LFS_PREFIXES
