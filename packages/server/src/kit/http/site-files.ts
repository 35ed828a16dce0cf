import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

/** A file of the built pages, with its compressed twins. */
export interface SiteFile {
  readonly type: string
  readonly isImmutable: boolean
  readonly plain: Buffer
  readonly br: Buffer | undefined
  readonly gzip: Buffer | undefined
}

export interface Site {
  readonly files: ReadonlyMap<string, SiteFile>
  /** Text of index.html, or null when the pages are not built. */
  readonly index: string | null
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
}
/** Vite's content hash at the end of a name. */
const HASHED = /-[\w-]{8}\.\w+$/
const MAX_FILES = 2000

/** Reads the built pages once: about a megabyte, and no path of a request ever touches the disk. */
export function readSite(dir: string): Site {
  const files = new Map<string, SiteFile>()
  let index: string | null = null
  for (const name of listFiles(dir)) {
    if (name === 'index.html') index = readFileSync(join(dir, name), 'utf8')
    const type = TYPES[extname(name)]
    if (!type) continue
    const twin = (ending: string) => (files.size < MAX_FILES ? readIfThere(join(dir, `${name}${ending}`)) : undefined)
    files.set(`/${name}`, {
      type,
      isImmutable: HASHED.test(name),
      plain: readFileSync(join(dir, name)),
      br: twin('.br'),
      gzip: twin('.gz'),
    })
  }
  return { files, index }
}

function listFiles(dir: string): string[] {
  try {
    const entries = readdirSync(dir, { withFileTypes: true, recursive: true })
    return entries
      .filter((entry) => entry.isFile())
      .slice(0, MAX_FILES)
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(dir.length + 1)
          .replaceAll('\\', '/'),
      )
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
