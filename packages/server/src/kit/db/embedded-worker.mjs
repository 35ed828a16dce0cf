// The embedded database: PGlite with a real fsync, answered on a Unix socket. Plain JavaScript so that it runs from sources and from a build alike.
import { fdatasyncSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const MAX_CONNECTIONS = 16

/** Node's file system with the fsync that PGlite leaves out. */
class DurableNodeFS extends NodeFS {
  async init(pg, options) {
    const { emscriptenOpts } = await super.init(pg, options)
    const install = (mod) => {
      mod.FS.filesystems.NODEFS.stream_ops.fsync = (stream) => {
        try {
          fdatasyncSync(stream.nfd)
        } catch (error) {
          if (error.code !== 'EINVAL') throw error
        }
        return 0
      }
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), install] } }
  }
}

const { dataDir, socketPath } = workerData
const startParams = [
  ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
]
const pglite = await PGlite.create({
  ...(dataDir === null ? {} : { fs: new DurableNodeFS(dataDir), startParams }),
  postgresqlconf: ['shared_buffers=32MB'],
  extensions: { pg_trgm, unaccent },
})
const server = new PGLiteSocketServer({ db: pglite, path: socketPath, maxConnections: MAX_CONNECTIONS })
await server.start()

parentPort.on('message', async () => {
  await server.stop()
  await pglite.close()
  parentPort.postMessage('closed')
})
parentPort.postMessage('ready')
