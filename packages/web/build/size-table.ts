import { gzipSync } from 'node:zlib'
import type { Plugin, Rollup } from 'vite'

/** Most script a person loads before the first page shows, and most a lazy page may add, gzip bytes (design.md §7). */
export const firstLoadLimitBytes = 200_000
export const pageLimitBytes = 80_000

interface Sized {
  name: string
  gzipBytes: number
  isFirst: boolean
}

const kB = (bytes: number) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`

function measure(bundle: Rollup.OutputBundle): Sized[] {
  const chunks = Object.values(bundle).filter((item) => item.type === 'chunk')
  const first = new Set<string>()
  const visit = (file: string) => {
    const chunk = bundle[file]
    if (first.has(file) || chunk?.type !== 'chunk') return
    first.add(file)
    chunk.imports.forEach(visit)
  }
  for (const chunk of chunks) if (chunk.isEntry) visit(chunk.fileName)
  return chunks.map((chunk) => ({
    name: chunk.fileName,
    gzipBytes: gzipSync(chunk.code, { level: 9 }).length,
    isFirst: first.has(chunk.fileName),
  }))
}

/** Prints script sizes after the build and fails it when a budget is passed. */
export function sizeTable(): Plugin {
  return {
    name: 'stoa-size-table',
    apply: 'build',
    writeBundle(_options, bundle) {
      const sizes = measure(bundle as Rollup.OutputBundle).sort((a, b) => b.gzipBytes - a.gzipBytes)
      const firstBytes = sizes.filter((s) => s.isFirst).reduce((sum, s) => sum + s.gzipBytes, 0)
      const lines = sizes.slice(0, 16).map((s) => `${kB(s.gzipBytes)}  ${s.isFirst ? 'first' : 'lazy '}  ${s.name}`)
      this.info(
        `script, gzip\n${lines.join('\n')}\n${kB(firstBytes)}  first load of ${kB(firstLoadLimitBytes)} allowed`,
      )
      const tooBig = sizes.filter((s) => !s.isFirst && s.gzipBytes > pageLimitBytes)
      if (firstBytes > firstLoadLimitBytes)
        this.error(`first load is ${kB(firstBytes)}, more than ${kB(firstLoadLimitBytes)}`)
      if (tooBig.length) this.error(`over ${kB(pageLimitBytes)}: ${tooBig.map((s) => s.name).join(', ')}`)
    },
  }
}
