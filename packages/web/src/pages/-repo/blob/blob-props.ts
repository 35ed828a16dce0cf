import type { RepoProps } from '../repo-frame.js'

/** One file of a repository at a revision. */
export interface BlobProps extends RepoProps {
  rev: string
  path: string
  href: string
  sizeBytes: number
}
