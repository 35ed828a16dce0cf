import { refuse } from '@stoa/contracts'
import { BlobExists } from './port.js'

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | null)?.code ?? ''
export const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error))

/** What a store says instead of a file system's error. */
export function translate(error: unknown): unknown {
  if (['ENOSPC', 'EDQUOT'].includes(codeOf(error))) return refuse('StorageFull')
  if (codeOf(error) === 'EEXIST') return new BlobExists('a blob of this name exists')
  return error
}
