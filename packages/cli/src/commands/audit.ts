import { createReadStream, createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { exportAudit, getAuditKey, listAuditCheckpoints } from '@stoa/contracts'
import { type AuditCheckpoint, type AuditVerdict, readPublicKey, verifyAuditExport } from '@stoa/formats'
import { COMMAND_HELP } from '../help.js'
import { openRemote, REMOTE_OPTIONS } from '../remote.js'
import { type Command, type Terminal, UsageError } from '../terminal.js'

const USAGE = COMMAND_HELP.audit
const EXIT_BROKEN = 2

/** `stoa audit …`: taking copies of the audit chains, and checking them. */
export const auditCommand: Command = async (args, terminal) => {
  const [verb, ...rest] = args
  if (verb === 'verify') return verify(rest, terminal)
  if (verb === 'export') return exportChain(rest, terminal)
  if (verb === 'witness') return saveWitness(rest, terminal)
  if (verb === 'key') return saveKey(rest, terminal)
  throw new UsageError(USAGE)
}

async function verify(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = { key: { type: 'string' }, witness: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [file] = positionals
  if (file === undefined) throw new UsageError(USAGE)
  const publicKey = values.key === undefined ? undefined : readPublicKey(await readText(values.key))
  const witness =
    values.witness === undefined ? undefined : (JSON.parse(await readText(values.witness)) as AuditCheckpoint)
  await readFirstByte(file)
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  const verdict = await verifyAuditExport(lines, {
    ...(publicKey ? { publicKey } : {}),
    ...(witness ? { witness } : {}),
  })
  report(verdict, { hasKey: publicKey !== undefined, hasWitness: witness !== undefined }, terminal)
  return verdict.isValid ? 0 : EXIT_BROKEN
}

/** Says so in one line when there is no such file. */
async function readFirstByte(file: string): Promise<void> {
  try {
    for await (const _ of createReadStream(file, { end: 0 })) return
  } catch (error) {
    throw new UsageError(`The export ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
}

function report(
  verdict: AuditVerdict,
  { hasKey, hasWitness }: { readonly hasKey: boolean; readonly hasWitness: boolean },
  { out, err }: Terminal,
): void {
  if (verdict.problem) {
    err(`NOT VALID: event ${verdict.problem.seq}: ${verdict.problem.text}`)
    return
  }
  const { chain, events, lastSeq, checkpoints, signedToSeq, shownValues, blankValues } = verdict
  out(`valid: ${events} events of ${chain}, the last is ${lastSeq}`)
  out(
    `signed: ${checkpoints} checkpoints, up to event ${signedToSeq}${hasKey ? '' : ' (by the key in the export itself; give --key to be sure whose it is)'}`,
  )
  out(`personal values: ${shownValues} shown and right, ${blankValues} erased`)
  if (!hasWitness) out('without --witness a chain that was cut off after its last checkpoint looks whole')
}

const FILE_OPTIONS = { ...REMOTE_OPTIONS, output: { type: 'string', short: 'o' } } as const

async function exportChain(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = { ...FILE_OPTIONS, csv: { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const chain = chainOf(positionals)
  const { client } = openRemote(values, terminal)
  const body = { chain, format: values.csv ? ('csv' as const) : ('jsonl' as const) }
  const answer = await client.send(exportAudit, { body })
  if (answer.body === null) throw new Error('the server sent nothing')
  const bytes = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0])
  if (values.output !== undefined) {
    await pipeline(bytes, createWriteStream(values.output, { mode: 0o600 }))
    terminal.out(`written to ${values.output}`)
    return 0
  }
  for await (const line of createInterface({ input: bytes })) terminal.out(line)
  return 0
}

async function saveWitness(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: FILE_OPTIONS, allowPositionals: true })
  const { client } = openRemote(values, terminal)
  const { checkpoints } = await client.call(listAuditCheckpoints, { query: { chain: chainOf(positionals), limit: 1 } })
  const [latest] = checkpoints
  if (!latest) throw new UsageError('This chain has no checkpoint yet; one is signed within the hour.')
  await save(`${JSON.stringify(latest)}\n`, values.output, terminal)
  return 0
}

async function saveKey(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: FILE_OPTIONS })
  const { client } = openRemote(values, terminal)
  const { publicKey } = await client.call(getAuditKey, {})
  await save(publicKey, values.output, terminal)
  return 0
}

async function save(text: string, file: string | undefined, terminal: Terminal): Promise<void> {
  if (file === undefined) return terminal.out(text.trimEnd())
  await pipeline(Readable.from([text]), createWriteStream(file))
  terminal.out(`written to ${file}`)
}

function chainOf([chain]: readonly string[]): string {
  if (chain === undefined) throw new UsageError(USAGE)
  return chain
}
