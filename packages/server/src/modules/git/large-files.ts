import { refuse } from '@stoa/contracts'
import type { IncomingPack } from './check-incoming.js'

const MAX_NAMED = 20

/** Throws `FileTooLarge`, naming the files, when a push carries contents that belong into LFS. */
export function refuseLargeFiles({ large, largeNames }: IncomingPack): void {
  if (large.length === 0) return
  const files = large.slice(0, MAX_NAMED).map(({ oid, sizeBytes }) => {
    return `  - ${largeNames.get(oid) ?? oid} (${(sizeBytes / 1024 / 1024).toFixed(1)} MiB)`
  })
  throw refuse(
    'FileTooLarge',
    [
      'Your push was rejected because it contains files larger than 10 MiB.',
      'Please use https://git-lfs.github.com/ to store large files.',
      'Offending files:',
      ...files,
    ].join('\n'),
  )
}
