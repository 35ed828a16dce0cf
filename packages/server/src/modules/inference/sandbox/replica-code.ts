import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the helper processes' code lies, and every folder it needs to be able to read. */
export interface ReplicaCode {
  readonly entryFile: string
  readonly forkerFile: string
  /** Read-only folders and files the replica's imports come from. */
  readonly readPaths: readonly string[]
}

interface Bundler {
  build(options: Record<string, unknown>): Promise<{ outputFiles: { contents: Uint8Array }[] }>
}

let located: Promise<ReplicaCode> | null = null

/** Finds the compiled helpers; when the server runs from its sources they are compiled once per content. */
export function locateReplicaCode(): Promise<ReplicaCode> {
  located ??= locate()
  return located
}

async function locate(): Promise<ReplicaCode> {
  const here = fileURLToPath(import.meta.url)
  const folder = dirname(here)
  const modules = nodeModulesAbove(folder)
  if (!here.endsWith('.ts')) {
    const replica = join(dirname(folder), 'replica')
    const manifests = manifestsAbove(folder)
    return {
      entryFile: join(replica, 'entry.js'),
      forkerFile: join(folder, 'forker.js'),
      readPaths: [replica, ...manifests, ...modules],
    }
  }
  const root = modules.at(-1)
  if (root === undefined) throw new Error('node_modules is missing: run npm install')
  const target = join(root, '.cache', 'stoa-replica')
  const entryFile = await compile(join(dirname(folder), 'replica', 'entry.ts'), target)
  const forkerFile = await compile(join(folder, 'forker.ts'), target)
  return { entryFile, forkerFile, readPaths: modules }
}

/** Only when running from sources: the compiler is there because tsx is. */
async function compile(source: string, target: string): Promise<string> {
  const require = createRequire(import.meta.url)
  const bundler = createRequire(require.resolve('tsx/package.json'))('esbuild') as Bundler
  const { outputFiles } = await bundler.build({
    entryPoints: [source],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  })
  const contents = outputFiles[0]?.contents ?? new Uint8Array()
  const name = `${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.mjs`
  const file = join(target, name)
  if (existsSync(file)) return file
  await mkdir(target, { recursive: true })
  const draft = `${file}.${process.pid}`
  await writeFile(draft, contents)
  await rename(draft, file)
  return file
}

function foldersAbove(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)]
}

function nodeModulesAbove(folder: string): string[] {
  return foldersAbove(folder)
    .map((above) => join(above, 'node_modules'))
    .filter((path) => existsSync(path))
}

/** `package.json` says that the files are ES modules; the nearest one is enough. */
function manifestsAbove(folder: string): string[] {
  const nearest = foldersAbove(folder).find((above) => existsSync(join(above, 'package.json')))
  return nearest === undefined ? [] : [join(nearest, 'package.json')]
}
