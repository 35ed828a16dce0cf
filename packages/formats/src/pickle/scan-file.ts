import { FormatError } from '../format-error.js'
import type { FileSource } from '../ranged-reader.js'
import { listZip, openZipEntry, type ZipEntry } from '../zip/list-zip.js'
import type { ImportSafety } from './import-safety.js'
import type { PickleImport } from './pickle-machine.js'
import { scanPickle, worstSafety } from './scan-pickle.js'

/** Archive members looked into. */
export const MAX_SCANNED_MEMBERS = 1_000
/** Archives inside of archives. */
export const MAX_ARCHIVE_DEPTH = 3

/** `opaque` = could not be read to its end; it must never be shown as safe. */
export type PickleVerdict = 'safe' | 'suspicious' | 'unsafe' | 'opaque'

/** Result of scanning one file. */
export interface PickleFileScan {
  readonly verdict: PickleVerdict
  readonly highestSafetyLevel: ImportSafety
  readonly imports: PickleImport[]
  /** Why parts could not be read. */
  readonly unread: string[]
}

/** File names that are scanned whatever their first bytes are. */
export const PICKLE_FILE = /\.(?:pkl|pickle|p|pt|pth|bin|ckpt|joblib|dat|data|npy|npz|mar|dill)$/i

interface Gathering {
  readonly imports: Map<string, PickleImport>
  readonly unread: string[]
  members: number
}

/** Scans a file that may hold pickles: raw, torch (zip or old layout), npy, npz, zip in zip. Executes nothing; never throws for bad input. */
export async function scanPickleFile(source: FileSource): Promise<PickleFileScan> {
  const gathering: Gathering = { imports: new Map(), unread: [], members: 0 }
  await scanAny(source, gathering, 0)
  const imports = [...gathering.imports.values()]
  const worst = worstSafety(imports)
  const verdict =
    worst === 'dangerous'
      ? 'unsafe'
      : worst === 'suspicious'
        ? 'suspicious'
        : gathering.unread.length > 0
          ? 'opaque'
          : 'safe'
  return { verdict, highestSafetyLevel: worst, imports, unread: gathering.unread }
}

async function scanAny(source: FileSource, gathering: Gathering, depth: number): Promise<void> {
  if (source.sizeBytes === 0) return
  try {
    const head = await source.read(0, Math.min(12, source.sizeBytes))
    if (startsWith(head, [0x50, 0x4b, 3, 4]) || startsWith(head, [0x50, 0x4b, 5, 6]))
      return await scanZip(source, gathering, depth)
    if (startsWith(head, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59])) return await scanNpy(source, head, gathering)
    if (isPacked(head)) {
      gathering.unread.push('packed in a form that is not read here')
      return
    }
    await scanRaw(source, gathering)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    gathering.unread.push(error.message)
  }
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte)
}

/** gzip, bzip2, xz, zstd, lz4, 7z, and zlib as joblib writes it. */
function isPacked(head: Uint8Array): boolean {
  const isZlib = head[0] === 0x78 && ((head[0] << 8) | (head[1] ?? 0)) % 31 === 0
  return (
    isZlib ||
    [
      [0x1f, 0x8b],
      [0x42, 0x5a, 0x68],
      [0xfd, 0x37, 0x7a],
      [0x28, 0xb5, 0x2f, 0xfd],
      [0x04, 0x22, 0x4d, 0x18],
      [0x37, 0x7a, 0xbc, 0xaf],
    ].some((magic) => startsWith(head, magic))
  )
}

async function scanRaw(source: FileSource, gathering: Gathering): Promise<void> {
  const scan = await scanPickle(source)
  for (const found of scan.imports) gathering.imports.set(`${found.module} ${found.name}`, found)
  if (scan.stopped !== null) gathering.unread.push(scan.stopped)
}

async function scanNpy(source: FileSource, head: Uint8Array, gathering: Gathering): Promise<void> {
  const isWide = (head[6] ?? 1) >= 2
  const lengthBytes = isWide
    ? (head[8] ?? 0) | ((head[9] ?? 0) << 8) | ((head[10] ?? 0) << 16)
    : (head[8] ?? 0) | ((head[9] ?? 0) << 8)
  const start = (isWide ? 12 : 10) + lengthBytes
  const header = new TextDecoder().decode(await source.read(isWide ? 12 : 10, Math.min(start, source.sizeBytes)))
  if (!/['"]\|?O\w*['"]/.test(header)) return
  await scanRaw(
    { sizeBytes: Math.max(0, source.sizeBytes - start), read: (a, b) => source.read(start + a, start + b) },
    gathering,
  )
}

async function scanZip(source: FileSource, gathering: Gathering, depth: number): Promise<void> {
  if (depth >= MAX_ARCHIVE_DEPTH) {
    gathering.unread.push('archives are nested too deeply')
    return
  }
  const entries = await listZip(source)
  for (const entry of entries) {
    if (!(await mayHoldPickle(source, entry))) continue
    if (++gathering.members > MAX_SCANNED_MEMBERS) {
      gathering.unread.push(`only ${MAX_SCANNED_MEMBERS} members were read`)
      return
    }
    try {
      await scanAny(await openZipEntry(source, entry), gathering, depth + 1)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      gathering.unread.push(error.message)
    }
  }
}

/** Members named like pickles, and any other whose bytes begin like one; tensor storages of torch are `data/N`. */
async function mayHoldPickle(source: FileSource, entry: ZipEntry): Promise<boolean> {
  if (entry.sizeBytes === 0 || entry.name.endsWith('/')) return false
  if (PICKLE_FILE.test(entry.name)) return true
  if (entry.method !== 0 || entry.isEncrypted) return !/\.(?:json|txt|md|py|xml|rels)$/i.test(entry.name)
  if (/(?:^|\/)data\/\d+$/.test(entry.name)) return false
  const head = await source.read(entry.headerOffset, Math.min(source.sizeBytes, entry.headerOffset + 30))
  if (head.length < 30) return true
  const view = new DataView(head.buffer, head.byteOffset, 30)
  const start = entry.headerOffset + 30 + view.getUint16(26, true) + view.getUint16(28, true)
  const first = await source.read(start, Math.min(source.sizeBytes, start + 4))
  return (first[0] === 0x80 && (first[1] ?? 9) <= 5) || startsWith(first, [0x50, 0x4b, 3, 4])
}
