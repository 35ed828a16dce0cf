import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { cancelCollection, getCollection, startCollection, type StorageCollection } from '@stoa/contracts'
import { openRemote, REMOTE_OPTIONS } from '../remote.js'
import { type Command, type Terminal, UsageError } from '../terminal.js'

const OPTIONS = { ...REMOTE_OPTIONS, 'dry-run': { type: 'boolean' } } as const
const POLL_MS = 500

const WORDS: Readonly<Record<StorageCollection['kinds'][number]['kind'], string>> = {
  gitObjects: 'git objects no ref reaches',
  sentFiles: 'large files no commit names',
  largeFiles: 'large files no repository holds',
  xetFiles: 'descriptions of chunked files',
  xorbs: 'chunks no file needs',
  gitBlobs: 'git packs without a repository',
  largeFileBlobs: 'left copies of large files',
  uploadParts: 'parts of given up uploads',
  xorbBlobs: 'left copies of chunks',
}

/** `stoa storage collect [--dry-run]`, `stoa storage cancel ID`. */
export const storage: Command = async (args, terminal) => {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  const [verb, id] = positionals
  const { client } = openRemote(values, terminal)
  if (verb === 'cancel' && id !== undefined) {
    terminal.out(`collection ${id} is ${(await client.call(cancelCollection, { params: { id } })).state}`)
    return 0
  }
  if (verb !== 'collect') throw new UsageError('Say what: stoa storage collect [--dry-run], or stoa storage cancel ID')
  let run = await client.call(startCollection, { body: { dryRun: values['dry-run'] ?? false } })
  terminal.out(`collection ${run.id}`)
  while (run.state === 'queued' || run.state === 'running') {
    await wait(POLL_MS)
    run = await client.call(getCollection, { params: { id: run.id } })
  }
  report(run, terminal)
  return run.state === 'done' ? 0 : 1
}

function report(run: StorageCollection, terminal: Terminal): void {
  const verb = run.dryRun ? 'would go' : 'gone'
  let bytes = 0
  for (const { kind, examined, removed, waiting } of run.kinds) {
    bytes += removed.bytes
    const rest = waiting.count === 0 ? '' : `, ${waiting.count} (${showBytes(waiting.bytes)}) not for long enough`
    terminal.out(`${WORDS[kind]}: ${removed.count} of ${examined} ${verb} (${showBytes(removed.bytes)})${rest}`)
  }
  terminal.out(`${run.state}: ${showBytes(bytes)} ${verb}`)
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

function showBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`
}
