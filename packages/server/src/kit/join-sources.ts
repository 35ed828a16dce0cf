import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The part of esbuild's face that is used; it comes along with tsx and is not there in production. */
interface Joiner {
  buildSync(options: object): { outputFiles: { contents: Uint8Array }[] }
}

/** Native code and WebAssembly find their own files only as they were published. */
const AS_PUBLISHED = ['@electric-sql/*', '@napi-rs/*', '@node-rs/*']
/** Bare imports are looked up from here as from the sources. */
const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/joined/', import.meta.url))
const NEED_REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

const joined = new Map<string, URL>()

/**
 * Development and tests only: one JavaScript file of a TypeScript module and all it imports, packages too unless they are
 * to stay `apart`. A thread that reads its sources one by one through tsx takes twice as long to start.
 */
export function joinSources(source: URL, packages: 'joined' | 'apart' = 'joined'): URL {
  const known = joined.get(source.href)
  if (known !== undefined) return known
  const { outputFiles } = loadJoiner().buildSync({
    entryPoints: [fileURLToPath(source)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    ...(packages === 'apart'
      ? { packages: 'external' }
      : { conditions: ['source'], external: AS_PUBLISHED, banner: { js: NEED_REQUIRE } }),
    write: false,
    logLevel: 'error',
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error(`nothing came out of ${source.href}`)
  const url = pathToFileURL(keep(file.contents))
  joined.set(source.href, url)
  return url
}

function loadJoiner(): Joiner {
  const require = createRequire(import.meta.url)
  return createRequire(require.resolve('tsx/package.json'))('esbuild') as Joiner
}

/** Several processes may do it at once: files are named by their content and appear whole. */
function keep(contents: Uint8Array): string {
  const path = join(FOLDER, `${createHash('sha256').update(contents).digest('hex').slice(0, 20)}.mjs`)
  if (existsSync(path)) return path
  mkdirSync(FOLDER, { recursive: true })
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, contents)
  renameSync(unfinished, path)
  return path
}
