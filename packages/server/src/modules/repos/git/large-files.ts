import { refuse } from '@stoa/contracts'
import { type CheckedPack, checkPack, DEFAULT_PACK_LIMITS, readRawTree } from '@stoa/git'
import { runToEnd } from './run-steps.js'
import { fileSource, memorySource, type Spooled } from './spool.js'

const MAX_NAMED = 20

/** Throws `FileTooLarge`, naming the files, when a push carries contents that belong into LFS. */
export async function refuseLargeFiles(checked: CheckedPack, spooled: Spooled): Promise<void> {
  if (checked.large.length === 0) return
  const names = await findNames(spooled, new Set(checked.large.map(({ oid }) => oid)))
  const files = checked.large.slice(0, MAX_NAMED).map(({ oid, sizeBytes }) => {
    return `  - ${names.get(oid) ?? oid} (${(sizeBytes / 1024 / 1024).toFixed(1)} MiB)`
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

/** Names under which the trees of the push list some blobs. */
async function findNames(spooled: Spooled, oids: ReadonlySet<string>): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  const file = spooled.path === null ? null : fileSource(spooled.path, spooled.sizeBytes)
  const source = file ?? memorySource(spooled.bytes as Buffer)
  try {
    await runToEnd(
      checkPack(source, DEFAULT_PACK_LIMITS, {
        visit: ({ type, data }) => {
          if (type !== 'tree') return
          for (const { oid, name } of readRawTree(data)) if (oids.has(oid)) names.set(oid, name.toString('utf8'))
        },
      }),
    )
  } finally {
    file?.close()
  }
  return names
}
