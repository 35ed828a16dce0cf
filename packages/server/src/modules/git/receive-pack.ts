import { join } from 'node:path'
import { refuse, StoaError } from '@stoa/contracts'
import {
  type CheckedPack,
  type CommandResult,
  DEFAULT_PACK_LIMITS,
  GitFormatError,
  type LfsPointer,
  type ObjectType,
  PACK_HEADER_BYTES,
  PackIndex,
  type PushCommand,
  PushParser,
  pushReport,
  type PushRequest,
  readPackHeader,
  typeCode,
  typeName,
} from '@stoa/git'
import { deflateSync } from 'node:zlib'
import type { Tx } from '../../kit/db/database.js'
import type { Kit } from '../../kit/kit.js'
import { checkIncoming, checkInPlace, type IncomingPack } from './check-incoming.js'
import type { GitStorage } from './create-store.js'
import { refuseLargeFiles } from './large-files.js'
import { isSmall, type PreparedObjects } from './object-writer.js'
import { refusalOfCommand } from './push-policy.js'
import type { PackUpload } from './pack-upload.js'
import type { NewObjectRow } from './queries/objects.js'
import { Spool, type Spooled } from './spool.js'
import { changeRef, lockRefs, type RefRefusal, withinEpoch } from './update-refs.js'
import type { ServedRepo } from './upload-pack.js'

/** Largest pack of one push; large files travel by LFS. */
export const MAX_PACK_BYTES = 2 * 1024 * 1024 * 1024

/** A ref that a push changed. */
export interface PushedRef {
  readonly name: string
  readonly before: string | null
  readonly after: string | null
}

export interface ReceiveDeps extends Pick<Kit, 'db' | 'write' | 'clock' | 'ids' | 'dataDir'> {
  readonly storage: GitStorage
  /** Further rules for checked objects, before they are stored (LFS objects present, cards valid). Throws StoaError. */
  checkPush(repoId: string, pack: CheckedPack, packBytes: number): Promise<void>
  /** Asks again under the repository's lock for the large files that a push points at. Throws `LfsObjectMissing`. */
  demandLargeFiles(tx: Tx, repoId: string, lfs: readonly LfsPointer[]): Promise<void>
  /** Notes when the repository was changed. */
  touch(tx: Tx, repoId: string, at: Date): Promise<void>
  /** Announces a changed ref in the transaction of the push. */
  announce(tx: Tx, repoId: string, ref: PushedRef): Promise<void>
}

/** Takes one push and answers git's report. Objects and refs become visible in one transaction. */
export async function serveReceivePack(
  deps: ReceiveDeps,
  repo: ServedRepo,
  body: AsyncIterable<Buffer>,
): Promise<Buffer> {
  const parser = new PushParser()
  const spool = new Spool(join(deps.dataDir, 'scratch'), `push-${deps.ids.next()}.pack`, deps.storage.room)
  let spooled: Spooled | null = null
  try {
    const start = new PackStart()
    for await (const chunk of body) {
      const rest = parser.push(chunk)
      if (!rest || rest.length === 0) continue
      start.check(rest)
      await spool.add(rest)
    }
    const request = parser.request()
    if (request.commands.length === 0) return Buffer.alloc(0)
    spooled = await spool.finish()
    return await takePush(deps, repo, request, spooled)
  } catch (error) {
    if (error instanceof GitFormatError) throw refuse('InvalidBody', error.message)
    throw error
  } finally {
    if (spooled) await spooled.discard()
    else await spool.abort()
  }
}

/** Looks at the first bytes of a long pack at once: what is none, or holds too much, is not spooled to its end. */
class PackStart {
  private head: Buffer = Buffer.alloc(0)
  private seenBytes = 0

  check(chunk: Buffer): void {
    if (this.head.length < PACK_HEADER_BYTES)
      this.head = Buffer.concat([this.head, chunk.subarray(0, PACK_HEADER_BYTES)]).subarray(0, PACK_HEADER_BYTES)
    const isNowLong = this.seenBytes <= LONG_PACK_BYTES && this.seenBytes + chunk.length > LONG_PACK_BYTES
    this.seenBytes += chunk.length
    if (!isNowLong) return
    const { maxObjects } = DEFAULT_PACK_LIMITS
    if (readPackHeader(this.head) > maxObjects)
      throw new GitFormatError('tooManyObjects', `a push may hold at most ${maxObjects} objects`)
  }
}

const LONG_PACK_BYTES = 1024 * 1024

async function takePush(deps: ReceiveDeps, repo: ServedRepo, request: PushRequest, spooled: Spooled): Promise<Buffer> {
  const all = (refusal: string): CommandResult[] => request.commands.map(({ name }) => ({ name, refusal }))
  const startUpload = (): PackUpload => deps.storage.writer.upload(spooled)
  let upload = isInlinePack(spooled) || spooled.sizeBytes === 0 ? null : startUpload()
  let mayBeStored = false
  try {
    const { isKept, results, messages } = await withinEpoch(async () => {
      const epoch = await deps.storage.writer.look(repo.id)
      const pack = await readPush(deps, repo, request, spooled)
      if (pack !== null && pack.rows === null) upload ??= startUpload()
      const tips = await readTips(deps, repo.id, request.commands, pack?.checked ?? null)
      const prepared = pack ? await prepare(deps, repo.id, pack, upload) : NOTHING
      mayBeStored = true
      const outcome = await apply(deps, repo, request, { prepared, tips, epoch, lfs: pack?.checked.lfs ?? [] })
      return { ...outcome, isKept: outcome.isKept && pack !== null }
    })
    if (!isKept) await upload?.discard()
    return pushReport(request, null, results, messages)
  } catch (error) {
    if (!mayBeStored) await upload?.discard()
    if (error instanceof GitFormatError) {
      return pushReport(request, error.message, all('unpacker error'), [`error: ${error.message}`])
    }
    if (error instanceof StoaError && error.status < 500) {
      return pushReport(request, null, all('pre-receive hook declined'), error.message.split('\n'))
    }
    throw error
  }
}

const NOTHING: PreparedObjects = { rows: [], pack: null, commits: [] }

interface PushedPack {
  readonly checked: CheckedPack
  /** Deflated contents, when there are few; null when the pack itself is kept. */
  readonly rows: readonly NewObjectRow[] | null
}

/** Few small objects become rows; the count is what the pack says, and the check holds it to that. */
function isInlinePack({ bytes, sizeBytes }: Spooled): boolean {
  return bytes !== null && sizeBytes >= PACK_HEADER_BYTES && isSmall(bytes.readUInt32BE(8), sizeBytes)
}

async function readPush(
  deps: ReceiveDeps,
  repo: ServedRepo,
  request: PushRequest,
  spooled: Spooled,
): Promise<PushedPack | null> {
  const isOnlyDeleting = request.commands.every((command) => command.new === null)
  if (spooled.sizeBytes === 0 && isOnlyDeleting) return null
  const tips = request.commands.flatMap((command) => command.new ?? [])
  const inline = isInlinePack(spooled) ? await readInline(spooled.bytes as Buffer, tips) : null
  const asked = { repoId: repo.id, tips, turns: deps.storage.checks }
  const checked = inline?.checked ?? (await checkIncoming(spooled, asked))
  refuseLargeFiles(checked)
  await deps.checkPush(repo.id, checked, spooled.sizeBytes)
  await deps.storage.writer.checkLinks(repo.id, checked)
  return checked.count === 0 ? null : { checked, rows: inline?.rows ?? null }
}

/** The objects of a small pack as rows; null when they inflate to too much for that. */
async function readInline(
  bytes: Buffer,
  tips: readonly string[],
): Promise<{ checked: IncomingPack; rows: NewObjectRow[] } | null> {
  const rows: NewObjectRow[] = []
  const checked = await checkInPlace(bytes, tips, ({ oid, type, data }) => {
    rows.push({ oid, type: typeCode(type), sizeBytes: data.length, deflated: deflateSync(data) })
  })
  return checked === null ? null : { checked, rows }
}

async function prepare(
  deps: ReceiveDeps,
  repoId: string,
  { checked, rows }: PushedPack,
  upload: PackUpload | null,
): Promise<PreparedObjects> {
  const commits = await deps.storage.writer.graphRows(repoId, checked.commits)
  const pack = upload === null ? null : await upload.finish(repoId, checked.count, checked.index)
  return { rows: rows ?? [], pack, commits }
}

/** What the new tips are: type, and the object behind a tag. */
interface Tip {
  readonly type: ObjectType
  readonly peeled: string | null
}

async function readTips(
  deps: ReceiveDeps,
  repoId: string,
  commands: readonly PushCommand[],
  checked: CheckedPack | null,
): Promise<Map<string, Tip>> {
  const tips = new Map<string, Tip>()
  const index = checked === null ? null : new PackIndex(checked.index)
  const tags = new Map(checked?.tags.map((tag) => [tag.oid, tag]))
  for (const { new: oid } of commands) {
    if (oid === null || tips.has(oid)) continue
    let at = oid
    for (let next = tags.get(at); next !== undefined; next = tags.get(at)) at = next.object
    const pushed = typeName(index?.find(at)?.type ?? 0)
    const stored = pushed === undefined ? await deps.storage.store.readObject(repoId, at) : null
    const peeled = stored?.type === 'tag' ? stored.data.subarray(7, 47).toString() : at
    const own: ObjectType | undefined = tags.has(oid) ? 'tag' : (pushed ?? stored?.type)
    if (own !== undefined) tips.set(oid, { type: own, peeled: peeled === oid ? null : peeled })
  }
  return tips
}

interface Outcome {
  /** False when nothing was stored. */
  readonly isKept: boolean
  readonly results: readonly CommandResult[]
  readonly messages: readonly string[]
}

interface Applying {
  readonly prepared: PreparedObjects
  readonly tips: ReadonlyMap<string, Tip>
  /** Of the git data that the checks saw. */
  readonly epoch: number
  readonly lfs: readonly LfsPointer[]
}

/** One transaction for objects, refs and events; it is rolled back when no ref changes, or one of an atomic push fails. */
async function apply(
  deps: ReceiveDeps,
  repo: ServedRepo,
  request: PushRequest,
  { prepared, tips, epoch, lfs }: Applying,
): Promise<Outcome> {
  const refs = await deps.storage.store.listRefs(deps.db, repo.id)
  const facts = { defaultBranch: repo.defaultBranch, existing: new Set(refs.map((ref) => ref.name)) }
  const early = new Map(request.commands.map((command) => [command.name, earlyRefusal(command, tips, facts)]))
  const messages: string[] = []
  if (isInVain(request, early)) return { isKept: false, results: resultsOf(request, early), messages }
  try {
    const refusals = await deps.write(async (tx) => {
      await lockRefs(tx, deps.storage.hold, repo.id, epoch)
      await deps.demandLargeFiles(tx, repo.id, lfs)
      await deps.storage.writer.insert(tx, repo.id, prepared)
      const late = await changeRefs(deps, tx, repo, { request, early, tips, messages })
      if (isInVain(request, late)) throw new RolledBack(late)
      return late
    })
    deps.storage.writer.noteWritten(repo.id, prepared)
    return { isKept: true, results: resultsOf(request, refusals), messages }
  } catch (error) {
    if (error instanceof RolledBack) return { isKept: false, results: resultsOf(request, error.refusals), messages }
    throw error
  }
}

type Refusals = Map<string, string | null>

/** Ends a transaction in which no ref may change and carries what each got. */
class RolledBack extends Error {
  readonly refusals: Refusals

  constructor(refusals: Refusals) {
    super('push rolled back')
    this.refusals = refusals
  }
}

function isInVain(request: PushRequest, refusals: Refusals): boolean {
  const all = [...refusals.values()]
  return request.capabilities.has('atomic') ? all.some((one) => one !== null) : all.every((one) => one !== null)
}

function resultsOf(request: PushRequest, refusals: Refusals): CommandResult[] {
  const otherwise =
    request.capabilities.has('atomic') && isInVain(request, refusals) ? 'atomic transaction failed' : null
  return request.commands.map(({ name }) => ({ name, refusal: refusals.get(name) ?? otherwise }))
}

function earlyRefusal(
  command: PushCommand,
  tips: ReadonlyMap<string, Tip>,
  facts: Parameters<typeof refusalOfCommand>[1],
): string | null {
  const refusal = refusalOfCommand(command, facts)
  if (refusal !== null || command.new === null) return refusal
  const tip = tips.get(command.new)
  if (tip === undefined) return 'missing necessary objects'
  const mustBeCommit = command.name.startsWith('refs/heads/') || command.name.startsWith('refs/pr/')
  return mustBeCommit && tip.type !== 'commit' ? 'invalid object specified' : null
}

interface Changing {
  readonly request: PushRequest
  readonly early: Refusals
  readonly tips: ReadonlyMap<string, Tip>
  readonly messages: string[]
}

async function changeRefs(deps: ReceiveDeps, tx: Tx, repo: ServedRepo, changing: Changing): Promise<Refusals> {
  const { request, early, tips, messages } = changing
  const refusals: Refusals = new Map(early)
  const at = deps.clock.now()
  const open = request.commands.filter((command) => early.get(command.name) === null)
  const deleted = open.filter((command) => command.new === null).map((command) => command.name)
  for (const command of [...open].sort((a, b) => Number(a.new !== null) - Number(b.new !== null))) {
    const peeled = command.new === null ? null : (tips.get(command.new)?.peeled ?? null)
    const refusal = await changeRef(tx, repo.id, { ...command, peeled }, deleted, at)
    refusals.set(command.name, refusal === null ? null : describeRefusal(refusal))
    if (refusal !== null) messages.push(explainRefusal(command, refusal))
    else await deps.announce(tx, repo.id, { name: command.name, before: command.old, after: command.new })
  }
  if ([...refusals.values()].includes(null)) await deps.touch(tx, repo.id, at)
  return refusals
}

function describeRefusal(refusal: RefRefusal): string {
  if (refusal.kind === 'badName') return 'funny refname'
  if (refusal.kind === 'noCommit') return 'missing necessary objects'
  return 'failed to update ref'
}

/** The line that git's own server prints. */
function explainRefusal(command: PushCommand, refusal: RefRefusal): string {
  const { name } = command
  const lock = `error: cannot lock ref '${name}': `
  if (refusal.kind === 'clash') return `${lock}'${refusal.with}' exists; cannot create '${name}'`
  if (refusal.kind !== 'moved') return `error: ${name} cannot be updated`
  if (refusal.actual === null) return `${lock}unable to resolve reference '${name}'`
  return command.old === null
    ? `${lock}reference already exists`
    : `${lock}is at ${refusal.actual} but expected ${command.old}`
}
