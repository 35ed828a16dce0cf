import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts a worker thread from a module beside the caller: the compiled file, or its source through tsx when the caller
 * itself runs from source. `name` is relative and has no extension: `startThread(import.meta.url, './thread')`.
 */
export function startThread(callerUrl: string, name: string, options: WorkerOptions = {}): Worker {
  if (!callerUrl.endsWith('.ts')) return new Worker(new URL(`${name}.js`, callerUrl), options)
  const tsxFolder = dirname(createRequire(import.meta.url).resolve('tsx/package.json'))
  const tsx = pathToFileURL(join(tsxFolder, 'dist/esm/api/index.mjs')).href
  const thread = new URL(`${name}.ts`, callerUrl).href
  // In a thread, `--import tsx` has no effect on the entry file, so the thread registers it first.
  const entry = `import(${JSON.stringify(tsx)}).then((tsx) => (tsx.register(), import(${JSON.stringify(thread)})))`
  return new Worker(entry, { ...options, eval: true, execArgv: ['--conditions=source'] })
}
