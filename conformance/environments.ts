import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { mustRun, runProgram } from './process.js'
import { CACHE, type CaseResult, ROOT, type Target } from './target.js'

const installing = new Map<string, Promise<string>>()

/** A folder below the cache that `fill` made once for exactly these packages. Suites that run at once wait for one another's. */
function installOnce(
  name: string,
  packages: readonly string[],
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(CACHE, name)
  const marker = join(folder, '.packages')
  const install = async (): Promise<string> => {
    if (existsSync(marker) && readFileSync(marker, 'utf8') === packages.join(' ')) return folder
    await fill(folder)
    writeFileSync(marker, packages.join(' '))
    return folder
  }
  const one = installing.get(name) ?? install()
  installing.set(name, one)
  return one
}

/** A virtual environment of exactly these packages below the cache, made once; its folder. */
export function installPython(name: string, packages: readonly string[]): Promise<string> {
  return installOnce(name, packages, async (folder) => {
    mkdirSync(CACHE, { recursive: true })
    await mustRun('python3', ['-m', 'venv', '--clear', folder])
    await mustRun(join(folder, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', ...packages])
  })
}

/** A folder with exactly these packages from the registry, kept apart from ours; made once. */
export function installNode(name: string, packages: readonly string[]): Promise<string> {
  return installOnce(name, packages, async (folder) => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    await mustRun('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], { cwd: folder })
  })
}

/** Imports a module file of such a folder. */
export function importFrom(folder: string, file: string): Promise<Record<string, unknown>> {
  return import(pathToFileURL(join(folder, 'node_modules', file)).href)
}

/** What every Python client is told; its caches are below the scratch folder of the run. */
export function pythonEnv(folder: string, target: Target, xet: boolean): Record<string, string> {
  return {
    HF_ENDPOINT: target.url,
    HF_HOME: join(target.scratch, 'hf-home'),
    ...(xet ? { HF_XET_CACHE: join(target.scratch, 'xet-cache') } : { HF_HUB_DISABLE_XET: '1' }),
    HF_HUB_DISABLE_TELEMETRY: '1',
    HF_HUB_DISABLE_UPDATE_CHECK: '1',
    HF_HUB_DISABLE_PROGRESS_BARS: '1',
    ALICE: target.alice,
    BOB: target.bob,
    READER: target.reader,
    PYTHONPATH: join(ROOT, 'conformance/python'),
    PYTHONDONTWRITEBYTECODE: '1',
    COLUMNS: '200',
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
  }
}

/** Runs a file of cases (`python/report.py` collects and reports them) with an environment's Python. */
export async function runPythonCases(
  folder: string,
  script: string,
  target: Target,
  options: { xet: boolean; env?: Record<string, string> },
): Promise<CaseResult[]> {
  const output = await runProgram(join(folder, 'bin/python'), [join(ROOT, 'conformance', script)], {
    cwd: target.scratch,
    env: { ...pythonEnv(folder, target, options.xet), ...options.env },
  })
  const results = output.stdout
    .split('\n')
    .filter((line) => line.startsWith('{"name"'))
    .map((line) => JSON.parse(line) as CaseResult)
  const ended = results.length > 0 && output.code === 0
  return ended ? results : [...results, { name: 'run to the end', error: output.stderr || `ended with ${output.code}` }]
}
