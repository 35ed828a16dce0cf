import { ByteCursor } from '../byte-cursor.js'
import { FormatError, malformed } from '../format-error.js'
import type { FileSource } from '../ranged-reader.js'
import type { ImportSafety } from './import-safety.js'
import { ARGUMENTS, OP } from './opcodes.js'
import { type OpArgument, PickleMachine, type PickleImport } from './pickle-machine.js'

/** Bytes of pickles that are read at most (long binary values are stepped over, not read). */
export const MAX_PICKLE_FETCH_BYTES = 64 * 1024 * 1024
/** Opcodes of all streams of one file. */
export const MAX_PICKLE_OPCODES = 5_000_000
/** Streams in one file (the old torch layout has five). */
export const MAX_PICKLE_STREAMS = 64
/** Longest text that is kept because it might be a module or a name. */
const MAX_NAME_BYTES = 1_024
/** Longest line of the text opcodes. */
const MAX_LINE_BYTES = 65_536
const NAME = /^[\w.<>-]{1,200}$/

/** What was found in one run of pickle streams. */
export interface PickleScan {
  readonly imports: PickleImport[]
  readonly streams: number
  /** Why reading stopped before the end of the data, if it did. Null also when raw bytes follow the last stream. */
  readonly stopped: string | null
}

/**
 * Lists what the pickle streams of a source would import, opcode by opcode, executing nothing. Reading goes on after STOP,
 * because loaders may read several streams. Never throws for bad input: `stopped` says why it ended early.
 */
export async function scanPickle(source: FileSource): Promise<PickleScan> {
  const imports = new Map<string, PickleImport>()
  const budget = { opcodes: MAX_PICKLE_OPCODES }
  const cursor = new ByteCursor(source, { maxFetchBytes: MAX_PICKLE_FETCH_BYTES })
  let streams = 0
  while (cursor.remainingBytes > 0 && streams < MAX_PICKLE_STREAMS) {
    const tentative = new Map<string, PickleImport>()
    const problem = await scanStream(cursor, new PickleMachine(tentative), budget)
    // After a whole stream, what does not read as a pickle is the raw storage of the old torch layout; names found in it by chance are noise.
    for (const [key, found] of tentative)
      if (problem === null || streams === 0 || looksNamed(found)) imports.set(key, found)
    if (problem !== null) {
      const isRawTail = streams > 0 && problem.reason === 'malformed'
      return { imports: [...imports.values()], streams, stopped: isRawTail ? null : problem.message }
    }
    streams++
  }
  return { imports: [...imports.values()], streams, stopped: cursor.remainingBytes > 0 ? 'too many streams' : null }
}

function looksNamed(found: PickleImport): boolean {
  return found.module !== '?' && NAME.test(found.module) && NAME.test(found.name)
}

async function scanStream(
  cursor: ByteCursor,
  machine: PickleMachine,
  budget: { opcodes: number },
): Promise<FormatError | null> {
  try {
    for (;;) {
      if (--budget.opcodes < 0) throw new FormatError('too_large', `more than ${MAX_PICKLE_OPCODES} opcodes`)
      const wait = cursor.need(1)
      if (wait) await wait
      const op = cursor.takeU8()
      const argument = takeArgument(cursor, op)
      machine.step(op, argument instanceof Promise ? await argument : argument)
      if (op === OP.STOP) return null
    }
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
}

const NO_ARGUMENT: OpArgument = {}

function takeArgument(cursor: ByteCursor, op: number): OpArgument | Promise<OpArgument> {
  const argument = ARGUMENTS.get(op)
  if (!argument) throw malformed(`byte ${op} is no opcode`)
  if (argument.kind === 'none') return NO_ARGUMENT
  if (argument.kind === 'lines') return takeLines(cursor, op, argument.lines)
  if (argument.kind === 'counted') return takeCounted(cursor, argument.lengthBytes, argument.isText)
  const wait = cursor.need(argument.bytes)
  return wait ? wait.then(() => takeFixed(cursor, argument.bytes)) : takeFixed(cursor, argument.bytes)
}

function takeFixed(cursor: ByteCursor, bytes: number): OpArgument {
  if (bytes === 1) return { number: cursor.takeU8() }
  if (bytes === 2) return { number: cursor.takeU16() }
  if (bytes === 4) return { number: cursor.takeU32() }
  cursor.skip(bytes)
  return NO_ARGUMENT
}

async function takeCounted(cursor: ByteCursor, lengthBytes: 1 | 4 | 8, isText: boolean): Promise<OpArgument> {
  await cursor.need(lengthBytes)
  const length = lengthBytes === 1 ? cursor.takeU8() : lengthBytes === 4 ? cursor.takeU32() : cursor.takeCount()
  if (!isText || length > MAX_NAME_BYTES) {
    cursor.skip(length)
    return NO_ARGUMENT
  }
  await cursor.need(length)
  return { text: new TextDecoder().decode(cursor.takeBytes(length)) }
}

async function takeLines(cursor: ByteCursor, op: number, count: 1 | 2): Promise<OpArgument> {
  const lines: string[] = []
  while (lines.length < count) lines.push(await takeLine(cursor))
  const isText = op === OP.STRING || op === OP.UNICODE
  if (!isText) return { lines }
  const text = unquote(lines[0] ?? '', op)
  return text === undefined ? NO_ARGUMENT : { text }
}

async function takeLine(cursor: ByteCursor): Promise<string> {
  const bytes: number[] = []
  for (;;) {
    const wait = cursor.need(1)
    if (wait) await wait
    const byte = cursor.takeU8()
    if (byte === 0x0a) return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\r$/, '')
    if (bytes.push(byte) > MAX_LINE_BYTES) throw malformed('a line of the pickle does not end')
  }
}

/** STRING holds a Python literal. Text with escapes is not taken for a name: the machine then counts it as unknown, which is dangerous. */
function unquote(line: string, op: number): string | undefined {
  if (line.includes('\\')) return undefined
  return op === OP.STRING ? line.trim().replace(/^(['"])(.*)\1$/, '$2') : line
}

const RANK: Readonly<Record<ImportSafety, number>> = { innocuous: 0, suspicious: 1, dangerous: 2 }

/** The worst level among imports. */
export function worstSafety(imports: Iterable<PickleImport>): ImportSafety {
  let worst: ImportSafety = 'innocuous'
  for (const found of imports) if (RANK[found.safety] > RANK[worst]) worst = found.safety
  return worst
}
