import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const PACKAGES = join(ROOT, 'packages')
const SERVER = join(PACKAGES, 'server/src')

/** Which of our packages a package may import (houses.md 4.2). */
const MAY_IMPORT: Record<string, readonly string[]> = {
  git: [],
  xet: [],
  formats: [],
  contracts: [],
  sdk: ['contracts'],
  server: ['contracts', 'git', 'xet', 'formats'],
  web: ['sdk', 'contracts'],
  testkit: ['server', 'sdk', 'contracts', 'xet'],
  cli: ['sdk', 'contracts', 'formats', 'server'],
}

/** The module line: a module may import only those before it. */
const MODULE_LINE: readonly string[] = [
  'accounts',
  'orgs',
  'avatars',
  'oauth',
  'signin',
  'federation',
  'directory',
  'governance',
  'commerce',
  'metering',
  'git',
  'repos',
  'gates',
  'discussions',
  'catalog',
  'datasets',
  'community',
  'compute',
  'runtimes',
  'inference',
  'spaces',
  'insights',
  'advisor',
]

interface SourceFile {
  readonly path: string
  readonly imports: readonly string[]
}

/** Every broken wall and every import cycle, one sentence each. */
export function findViolations(): string[] {
  const files = sourceFiles(PACKAGES)
  return [...files.flatMap(packageViolations), ...files.flatMap(moduleViolations), ...findCycles(files)]
}

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(folder).flatMap((name) => {
    if (name === 'node_modules' || name === 'dist') return []
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sourceFiles(path)
    return /\.tsx?$/.test(name) && !name.endsWith('.d.ts') ? [{ path, imports: importsOf(path) }] : []
  })
}

const IMPORT = /^\s*(?:import|export)\b[^'"\n;]*?(?:from\s+)?['"]([^'"\n]+)['"]|^\}\s*from\s+['"]([^'"]+)['"]/gm

function importsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? '')
}

const isTestFile = (path: string): boolean => /\.(test|suite)\.tsx?$/.test(path) || path.includes('/tests/')

function packageViolations(file: SourceFile): string[] {
  const own = relative(PACKAGES, file.path).split('/')[0] ?? ''
  const allowed = MAY_IMPORT[own] ?? []
  return file.imports.flatMap((specifier) => {
    const target = /^@stoa\/([a-z]+)/.exec(specifier)?.[1]
    if (!target || target === own || allowed.includes(target) || isTestFile(file.path)) return []
    return [
      `${relative(ROOT, file.path)} imports @stoa/${target}: ${own} may import ${allowed.join(', ') || 'nothing of ours'}`,
    ]
  })
}

function moduleViolations(file: SourceFile): string[] {
  const inServer = relative(SERVER, file.path)
  if (inServer.startsWith('..') || isTestFile(file.path)) return []
  const own = /^modules\/([a-z]+)\//.exec(inServer)?.[1]
  return file.imports.flatMap((specifier) => {
    if (!specifier.startsWith('.')) return []
    const module = /^modules\/([a-z]+)\/(.*)$/.exec(relative(SERVER, resolve(dirname(file.path), specifier)))
    const name = module?.[1] ?? ''
    if (!module || name === own) return []
    if (inServer.startsWith('kit/')) return [`${inServer} imports module ${name}: kit knows no module`]
    if (module[2] !== 'index.js') return [`${inServer} reaches into module ${name}: import its index`]
    const isLater = own !== undefined && MODULE_LINE.indexOf(name) >= MODULE_LINE.indexOf(own)
    return isLater ? [`${inServer} imports module ${name}, which is built later`] : []
  })
}

function findCycles(files: readonly SourceFile[]): string[] {
  const known = new Set(files.map((file) => file.path))
  const edges = new Map(files.map((file) => [file.path, localTargets(file, known)]))
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      const loop = [...trail.slice(trail.indexOf(path)), path].map((part) => relative(ROOT, part))
      cycles.push(`import cycle: ${loop.join(' → ')}`)
      return
    }
    state.set(path, 'open')
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path])
    state.set(path, 'done')
  }
  for (const file of files) visit(file.path, [])
  return cycles
}

function localTargets(file: SourceFile, known: ReadonlySet<string>): string[] {
  return file.imports.flatMap((specifier) => {
    if (!specifier.startsWith('.')) return []
    const base = resolve(dirname(file.path), specifier).replace(/\.js$/, '')
    return [`${base}.ts`, `${base}.tsx`, join(base, 'index.ts'), base].filter((path) => known.has(path)).slice(0, 1)
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const violations = findViolations()
  for (const violation of violations) console.error(violation)
  console.log(
    violations.length === 0 ? 'boundaries: clean, no import cycles' : `boundaries: ${violations.length} violations`,
  )
  process.exitCode = violations.length === 0 ? 0 : 1
}
