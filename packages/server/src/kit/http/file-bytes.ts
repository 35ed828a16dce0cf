import { type FileHandle, open } from 'node:fs/promises'
import { PumpedBytes } from './pumped-bytes.js'

/** Bytes `[start, endExclusive)` of a file. */
export class FileBytes extends PumpedBytes {
  constructor(path: string, start: number, endExclusive: number) {
    let at = start
    let file: Promise<FileHandle> | null = null
    super({
      sizeBytes: endExclusive - start,
      readInto: async (room) => {
        file ??= open(path, 'r')
        const { bytesRead } = await (await file).read(room, 0, room.length, at)
        at += bytesRead
        return bytesRead
      },
      close: async () => (await file)?.close(),
    })
  }
}
