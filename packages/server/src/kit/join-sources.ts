import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The part of esbuild's face that is used; it comes along with tsx and is not there in production. */
interface Joiner {
  build(options: object): Promise<Joined>
  buildSync(options: object): Joined
}
interface Joined {
  readonly outputFiles: { contents: Uint8Array }[]
}
interface JoinerSteps {
  onResolve(when: { filter: RegExp }, step: (asked: { path: string }) => object | undefined): void
  onLoad(when: { filter: RegExp }, step: (found: { path: string }) => object | undefined): void
}

/** Native code and WebAssembly find their own files only as they were published. */
const AS_PUBLISHED = ['@electric-sql/*', '@napi-rs/*', '@node-rs/*']
/** Bare imports are looked up from here as from the sources. */
const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/joined/', import.meta.url))
const NEED_REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.filename);"

const joined = new Map<string, URL>()

/**
 * Development and tests only: one JavaScript file of a TypeScript module and all it imports, packages too unless they are
 * to stay `apart`. A thread that reads its sources one by one through tsx takes twice as long to start.
 */
export function joinSources(source: URL, packages: 'joined' | 'apart' = 'joined'): URL {
  const known = joined.get(source.href)
  if (known !== undefined) return known
  const result = loadJoiner().buildSync({
    ...optionsFor(source),
    ...(packages === 'apart'
      ? { packages: 'external' }
      : { conditions: ['source'], external: AS_PUBLISHED, banner: { js: NEED_REQUIRE } }),
  })
  const url = pathToFileURL(keep(source, result))
  joined.set(source.href, url)
  return url
}

/**
 * Tests only: the path of a program as one file, for children that would read a thousand sources through tsx. Packages stay
 * apart, and every module still sees its own address.
 */
export async function joinProgram(source: URL): Promise<string> {
  const options = { ...optionsFor(source), conditions: ['source'], plugins: [keepAddresses] }
  return keep(source, await loadJoiner().build(options))
}

const optionsFor = (source: URL) => ({
  entryPoints: [fileURLToPath(source)],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
  logLevel: 'error',
})

const keepAddresses = {
  name: 'keep-addresses',
  setup(steps: JoinerSteps): void {
    steps.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      path.startsWith('@stoa/') ? undefined : { path, external: true },
    )
    steps.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const address = JSON.stringify(pathToFileURL(path).href)
      return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', address), loader: 'ts' }
    })
  },
}

function loadJoiner(): Joiner {
  const require = createRequire(import.meta.url)
  return createRequire(require.resolve('tsx/package.json'))('esbuild') as Joiner
}

/** Several processes may do it at once: files are named by their content and appear whole. */
function keep(source: URL, { outputFiles: [file] }: Joined): string {
  if (file === undefined) throw new Error(`nothing came out of ${source.href}`)
  const { contents } = file
  const path = join(FOLDER, `${createHash('sha256').update(contents).digest('hex').slice(0, 20)}.mjs`)
  if (existsSync(path)) return path
  mkdirSync(FOLDER, { recursive: true })
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, contents)
  renameSync(unfinished, path)
  return path
}
