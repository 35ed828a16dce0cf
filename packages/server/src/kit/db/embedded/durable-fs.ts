import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** The parts of Emscripten's file system that are replaced. */
interface NodeFileSystem {
  stream_ops: Record<string, unknown>
}
interface OpenStream {
  nfd: number
}
type Init = NodeFS['init']
type Options = Parameters<Init>[1]

/** PostgreSQL's own answer to a file that cannot be synced, for example a pipe. */
const NOT_SYNCABLE = 'EINVAL'

/**
 * Files of the embedded database with an fsync that reaches the disk. PGlite's own Node file system has none, and starts
 * PostgreSQL with `-F`; together they lose everything in a power cut.
 */
export class DurableFs extends NodeFS {
  override async init(...[pg, options]: Parameters<Init>): ReturnType<Init> {
    const prepared = await super.init(pg, options)
    const install = (module: { FS: { filesystems: { NODEFS: NodeFileSystem } } }): void => {
      module.FS.filesystems.NODEFS.stream_ops['fsync'] = syncStream
    }
    const emscriptenOpts = prepared.emscriptenOpts
    const preRun = [...((emscriptenOpts.preRun as unknown[] | undefined) ?? []), install]
    return { emscriptenOpts: { ...emscriptenOpts, preRun: preRun as NonNullable<Options['preRun']> } }
  }
}

function syncStream(stream: OpenStream): number {
  try {
    fdatasyncSync(stream.nfd)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== NOT_SYNCABLE) throw error
  }
  return 0
}

/** `wal_sync_method=fsync` is essential: fdatasync is a silent no-op in the WebAssembly build. */
export const durableStartParams = [
  ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
]

/** Makes the names in a directory survive a power cut. */
export function syncDirectory(path: string): void {
  const handle = openSync(join(path), 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
