import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The few file operations the journal trusts; tests hand in a disk that fails. */
export interface SegmentFile {
  writev(buffers: Buffer[], position: number): Promise<{ bytesWritten: number }>
  datasync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

const NAME = /^([0-9a-f]{24})-(\d{8})\.seg$/

/** File name of segment `number` of a journal. */
export function segmentName(journalId: string, number: number): string {
  return `${journalId}-${String(number).padStart(8, '0')}.seg`
}

/** Creates a segment file and makes its name durable. Throws when it exists. */
export async function createSegmentFile(folder: string, name: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const handle = await open(join(folder, name), 'wx', 0o600)
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
  return handle
}

/** Segments lying in a folder, oldest first within each journal. Other files are ignored. */
export async function listSegmentFiles(folder: string): Promise<{ journalId: string; number: number; path: string }[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = []
  for (const name of (await readdir(folder)).sort()) {
    const match = NAME.exec(name)
    if (match) found.push({ journalId: match[1] ?? '', number: Number(match[2]), path: join(folder, name) })
  }
  return found
}
