import type { FileSource } from '@stoa/formats'

/** One file of a repository at a commit; `sizeBytes` is the real one of a large file. */
export interface RepoFile {
  readonly path: string
  readonly sizeBytes: number
  /** Git id of the blob. */
  readonly oid: string
  readonly lfs: { readonly oid: string; readonly sizeBytes: number; readonly pointerBytes: number } | null
}

/** A repository's files at one commit, as the catalogue reads them. */
export interface RepoFiles {
  readonly commitOid: string
  readonly files: readonly RepoFile[]
  /** Whether `files` had to be cut. */
  readonly isPartial: boolean
  open(file: RepoFile): Promise<FileSource>
}
