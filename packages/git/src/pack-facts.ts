import { GitFormatError } from './format-error.js'
import { checkCommit, checkTag, type CommitLinks } from './fsck-text.js'
import type { NameRules } from './entry-name.js'
import { checkTree } from './fsck-tree.js'
import { checkGitmodules } from './gitmodules.js'
import { isDotGitmodules } from './entry-name.js'
import { type LfsPointer, mayBeLfsPointer, parseLfsPointer } from './lfs-pointer.js'
import { type ObjectType, typeCode, typeName } from './object.js'
import { OID_BYTES, OidTable } from './oid-table.js'
import { PACK_HEADER_BYTES, readPackHeader } from './pack-entry.js'
import { type PackLimits, type PackObject, type PackSource, type PackTable, readPack } from './pack-reader.js'
import { encodePackIndex } from './pack-index.js'
import { readRawTree } from './tree.js'

export interface FactLimits {
  /** Blobs above this are reported in `large`. */
  readonly largeBytes: number
  /** Most distinct objects that may be named outside of what is being added. */
  readonly maxLinks: number
  readonly names?: NameRules
}

export const DEFAULT_FACT_LIMITS: FactLimits = { largeBytes: 10 * 1024 * 1024, maxLinks: 2_000_000 }

export interface CommitFacts extends CommitLinks {
  readonly oid: string
}

export interface TagFacts {
  readonly oid: string
  readonly object: string
  readonly type: ObjectType
}

/** What must be known of new objects before they count. Plain data: it crosses threads. */
export interface ObjectFacts {
  readonly commits: readonly CommitFacts[]
  readonly tags: readonly TagFacts[]
  /** Objects named by the new ones but not among them, with the type they must have. */
  readonly links: ReadonlyMap<string, ObjectType>
  /** Those of `links` that a tree calls a submodule file: `checkGitmodules` must like their contents. */
  readonly submoduleFiles: readonly string[]
  readonly lfs: readonly LfsPointer[]
  readonly large: readonly { readonly oid: string; readonly sizeBytes: number }[]
  /** `README.md` of the tips whose content is new and begins as a card does (`---`). */
  readonly cards: readonly Uint8Array[]
}

/** What is looked at of a blob first; most need no more. */
export type BlobSign = Pick<PackObject, 'type' | 'sizeBytes' | 'firstByte'>

/**
 * Takes new objects one by one, checks each by git's fsck rules and notes what they point at. At the end the caller shows the
 * blobs that `openGitmodules` names, since they may have come before the tree that names them.
 */
export class FactCollector {
  private readonly limits: FactLimits
  private readonly named: OidTable
  private readonly namedTypes: number[] = []
  private readonly commits: CommitFacts[] = []
  private readonly tags: TagFacts[] = []
  private readonly lfs = new Map<string, LfsPointer>()
  private readonly large: { oid: string; sizeBytes: number }[] = []
  private readonly gitmodules = new Set<string>()
  private readonly tips: ReadonlySet<string>
  private readonly readmes = new Map<string, string>()
  private readonly cards = new Map<string, Buffer>()
  private cardBytes = 0

  /** `tips` are the commits whose cards are wanted; `room` is how many objects are likely to come. */
  constructor(limits: FactLimits = DEFAULT_FACT_LIMITS, tips: ReadonlySet<string> = new Set(), room = 0) {
    this.limits = limits
    this.tips = tips
    this.named = new OidTable(Math.min(room, MAX_FIRST_ROOM))
  }

  /** False for a blob that nothing is to be noted of: it need not be taken. */
  isWanted({ type, sizeBytes, firstByte }: BlobSign): boolean {
    return (
      type !== 'blob' ||
      sizeBytes > this.limits.largeBytes ||
      mayBeLfsPointer(sizeBytes, firstByte) ||
      (firstByte === DASH && this.tips.size > 0) ||
      this.gitmodules.size > 0
    )
  }

  /** Ids of the submodule files that were named and not taken after that. */
  get openGitmodules(): readonly string[] {
    return [...this.gitmodules]
  }

  /** Throws GitFormatError whose message begins with the object's type and id. */
  take({ oid, type, data }: Pick<PackObject, 'oid' | 'type' | 'data'>): void {
    try {
      if (type === 'blob') this.takeBlob(oid, data)
      else if (type === 'tree') this.takeTree(oid, data)
      else if (type === 'commit') this.takeCommit(oid, data)
      else this.takeTag(oid, data)
    } catch (error) {
      if (error instanceof GitFormatError) throw new GitFormatError(error.rule, `${type} ${oid}: ${error.message}`)
      throw error
    }
  }

  /**
   * What was found; `typeOf` knows the new objects by the 20 bytes of their id. Throws GitFormatError when a link between them has the wrong type.
   */
  facts(typeOf: (ids: Buffer, at: number) => ObjectType | undefined): ObjectFacts {
    const links = new Map<string, ObjectType>()
    const { named } = this
    for (let number = 0; number < this.namedTypes.length; number++) {
      const type = typeName(this.namedTypes[number] as number) as ObjectType
      const found = typeOf(named.ids, number * OID_BYTES)
      if (found === type) continue
      const oid = named.textOf(number)
      if (found !== undefined) throw new GitFormatError('badLink', `${oid} is a ${found}, but a ${type} is expected`)
      links.set(oid, type)
    }
    if (links.size > this.limits.maxLinks) throw new GitFormatError('tooManyObjects', 'too many objects are named')
    const { commits, tags, large } = this
    const submoduleFiles = this.openGitmodules
    return { commits, tags, links, submoduleFiles, lfs: [...this.lfs.values()], large, cards: this.findCards() }
  }

  private findCards(): Buffer[] {
    const trees = this.commits.filter((commit) => this.tips.has(commit.oid)).map((commit) => commit.tree)
    const blobs = new Set(trees.flatMap((tree) => this.readmes.get(tree) ?? []))
    return [...blobs].flatMap((oid) => this.cards.get(oid) ?? [])
  }

  private takeBlob(oid: string, data: Buffer): void {
    if (data.length > this.limits.largeBytes) this.large.push({ oid, sizeBytes: data.length })
    if (this.gitmodules.delete(oid)) checkGitmodules(data)
    const pointer = parseLfsPointer(data)
    if (pointer) this.lfs.set(pointer.oid, pointer)
    this.keepForCard(oid, data)
  }

  private keepForCard(oid: string, data: Buffer): void {
    if (this.tips.size === 0 || data.length > MAX_CARD_BYTES || !beginsAsCard(data)) return
    this.cardBytes += data.length
    if (this.cardBytes <= MAX_CARDS_BYTES) this.cards.set(oid, Buffer.from(data))
  }

  private takeTree(treeOid: string, data: Buffer): void {
    checkTree(data, this.limits.names, (kind, name, oidAt) => {
      if (kind === 'commit') return
      this.link(data, oidAt, kind)
      if (name === README) this.readmes.set(treeOid, oidText(data, oidAt))
      if (mayBeDotName(name) && isDotGitmodules(name)) this.gitmodules.add(oidText(data, oidAt))
    })
  }

  private takeCommit(oid: string, data: Buffer): void {
    const links = checkCommit(data)
    this.commits.push({ oid, ...links })
    this.link(Buffer.from(links.tree, 'hex'), 0, 'tree')
    for (const parent of links.parents) this.link(Buffer.from(parent, 'hex'), 0, 'commit')
  }

  private takeTag(oid: string, data: Buffer): void {
    const tag = checkTag(data)
    this.tags.push({ oid, ...tag })
    this.link(Buffer.from(tag.object, 'hex'), 0, tag.type)
  }

  private link(ids: Buffer, at: number, type: ObjectType): void {
    const fresh = this.namedTypes.length
    const known = this.named.numberFor(fresh, ids, at)
    if (known === fresh) {
      if (fresh === MAX_NAMED_OBJECTS) throw new GitFormatError('tooManyObjects', 'too many objects are named')
      this.namedTypes.push(typeCode(type))
      return
    }
    const before = typeName(this.namedTypes[known] as number)
    if (before !== type) throw new GitFormatError('badLink', `${oidText(ids, at)} cannot be a ${before} and a ${type}`)
  }
}

/** Distinct objects that new ones may name, themselves included. */
const MAX_NAMED_OBJECTS = 4_000_000
/** Room for names that is made at once, whatever a pack says to hold. */
const MAX_FIRST_ROOM = 64 * 1024
const MAX_GITMODULES_NAME_CHARS = 64

/** Aliases of `.gitmodules` begin with a dot, a `g`, or a code point that a file system leaves out. */
function mayBeDotName(name: string): boolean {
  const first = name.charCodeAt(0)
  return name.length <= MAX_GITMODULES_NAME_CHARS && (first === 0x2e || (first | 0x20) === 0x67 || first >= 0x80)
}

const oidText = (ids: Buffer, at: number): string => ids.toString('hex', at, at + OID_BYTES)

const README = 'README.md'
const DASH = 0x2d
const beginsAsCard = (data: Buffer): boolean => data[0] === DASH && data[1] === DASH && data[2] === DASH
const MAX_CARD_BYTES = 1024 * 1024
const MAX_CARDS_BYTES = 4 * 1024 * 1024

/** A pack that was read, checked and indexed. */
export interface CheckedPack extends ObjectFacts {
  readonly count: number
  /** Encoded PackIndex. */
  readonly index: Buffer
}

export interface CheckOptions {
  /** Commits whose cards are wanted. */
  readonly tips?: readonly string[]
  /** Sees each object once. */
  readonly visit?: (object: PackObject) => void
}

/** Names under which the trees of a pack list some blobs; reads the whole pack again. A generator as `readPack` is. */
export function* nameBlobs(
  source: PackSource,
  limits: PackLimits,
  oids: ReadonlySet<string>,
): Generator<void, Map<string, string>> {
  const names = new Map<string, string>()
  yield* readPack(source, limits, ({ type, data }) => {
    if (type !== 'tree' || names.size === oids.size) return
    for (const { oid, name } of readRawTree(data)) if (oids.has(oid)) names.set(oid, name.toString('utf8'))
  })
  return names
}

/**
 * Reads, checks and indexes a pack. A generator as `readPack` is.
 * Throws GitFormatError; whether `links` exist is for the caller to find out.
 */
export function* checkPack(
  source: PackSource,
  limits: PackLimits,
  options: CheckOptions = {},
): Generator<void, CheckedPack> {
  const room = readPackHeader(source.read(0, PACK_HEADER_BYTES))
  const collector = new FactCollector(DEFAULT_FACT_LIMITS, new Set(options.tips), room)
  const { visit } = options
  const table = yield* readPack(source, limits, (object) => {
    if (collector.isWanted(object)) collector.take(object)
    visit?.(object)
  })
  yield* checkGitmodulesAgain(collector, table)
  const typeOf = (ids: Buffer, at: number): ObjectType | undefined =>
    typeName(table.types[table.oids.find(ids, at)] ?? 0)
  return { ...collector.facts(typeOf), count: table.count, index: encodePackIndex(table) }
}

/** Submodule files that came before the trees that name them. */
function* checkGitmodulesAgain(collector: FactCollector, table: PackTable): Generator<void> {
  const id = Buffer.alloc(OID_BYTES)
  for (const oid of collector.openGitmodules) {
    id.write(oid, 'hex')
    const number = table.oids.find(id, 0)
    const type = typeName(table.types[number] ?? 0)
    if (type !== undefined) collector.take({ oid, type: 'blob', data: table.contentOf(number) })
    yield
  }
}
