import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** The parts of Emscripten's file system over Node's that are replaced or recorded. */
export interface NodeFileSystem {
  stream_ops: Record<string, unknown>
  node_ops: Record<string, unknown>
  realPath(node: object): string
}
export interface OpenStream {
  nfd: number
  node: { mode: number }
}
type Init = NodeFS['init']
type Options = Parameters<Init>[1]

/** What PostgreSQL itself ignores: a file that cannot be synced, for example a pipe. */
const NOT_SYNCABLE = 'EINVAL'
const FILE_TYPE = 0o170000
const FOLDER = 0o040000

/**
 * Files of the embedded database with an fsync that reaches the disk. PGlite's own Node file system has none, and starts
 * PostgreSQL with `-F`; together they lose everything in a power cut.
 */
export class DurableFs extends NodeFS {
  readonly #observe: (files: NodeFileSystem) => void

  /** `observe` sees the file system after its fsync was put in; for tests. */
  constructor(dataDir: string, observe: (files: NodeFileSystem) => void = () => undefined) {
    super(dataDir)
    this.#observe = observe
  }

  override async init(...[pg, options]: Parameters<Init>): ReturnType<Init> {
    const { emscriptenOpts } = await super.init(pg, options)
    const install = (module: { FS: { filesystems: { NODEFS: NodeFileSystem } } }): void => {
      const files = module.FS.filesystems.NODEFS
      files.stream_ops['fsync'] = syncStream
      this.#observe(files)
    }
    const preRun = [...((emscriptenOpts.preRun as unknown[] | undefined) ?? []), install]
    return { emscriptenOpts: { ...emscriptenOpts, preRun: preRun as NonNullable<Options['preRun']> } }
  }
}

/** A failure is thrown through the engine and ends its thread: data that could not be synced must not be trusted again. */
function syncStream(stream: OpenStream): number {
  try {
    if ((stream.node.mode & FILE_TYPE) === FOLDER) fsyncSync(stream.nfd)
    else fdatasyncSync(stream.nfd)
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
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
