import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

const worthwhile = /\.(js|css|svg|json)$/
const minBytes = 1024

/** Writes `.br` and `.gz` beside each text asset, so that the server never compresses one. */
export function compressAssets(): Plugin {
  return {
    name: 'stoa-compress',
    apply: 'build',
    writeBundle(options, bundle) {
      for (const fileName of Object.keys(bundle)) {
        if (!worthwhile.test(fileName) || !options.dir) continue
        const path = join(options.dir, fileName)
        const bytes = readFileSync(path)
        if (bytes.length < minBytes) continue
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
      }
    },
  }
}
