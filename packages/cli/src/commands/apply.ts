import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { applyManifest } from '@stoa/contracts'
import { gatherReferences, type References } from '../gather-references.js'
import { openRemote, REMOTE_OPTIONS } from '../remote.js'
import { type Command, type Terminal, UsageError } from '../terminal.js'

const OPTIONS = {
  ...REMOTE_OPTIONS,
  file: { type: 'string', short: 'f', multiple: true },
  'dry-run': { type: 'boolean' },
} as const

/** A dry run that found changes ends with this, as `terraform plan -detailed-exitcode` does. */
const EXIT_CHANGES = 2

/** `stoa apply -f FILE [--dry-run]`: secrets and folders are read here, everything else is decided by the server. */
export const apply: Command = async (args, terminal) => {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  const files = values.file ?? []
  if (files.length === 0) throw new UsageError('Say which manifest: stoa apply -f ecosystem.yaml')
  const { client } = openRemote(values, terminal)
  const documents = []
  const references: References = { secrets: {}, folders: {} }
  for (const file of files) {
    const text = await readManifest(file)
    await gatherReferences(text, { baseDir: file === '-' ? '.' : dirname(resolve(file)), terminal, into: references })
    documents.push({ name: file === '-' ? 'standard input' : file, text })
  }
  const dryRun = values['dry-run'] ?? false
  const result = await client.call(applyManifest, { body: { documents, dryRun, ...references } })
  report(result, terminal)
  return dryRun && result.changes.length > 0 ? EXIT_CHANGES : 0
}

async function readManifest(file: string): Promise<string> {
  try {
    return await readFile(file === '-' ? '/dev/stdin' : file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(
      `The manifest ${file} cannot be read${code === 'ENOENT' ? ': there is no such file' : ` (${code})`}.`,
    )
  }
}

interface Result {
  readonly text: string
  readonly issued: readonly { readonly label: string; readonly secret: string }[]
}

function report({ text, issued }: Result, terminal: Terminal): void {
  terminal.out(text)
  if (issued.length === 0) return
  terminal.out('\nShown once; keep them now:')
  for (const { label, secret } of issued) terminal.out(`  ${label}: ${secret}`)
}
