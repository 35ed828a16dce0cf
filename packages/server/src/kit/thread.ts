import { Worker, type WorkerOptions } from 'node:worker_threads'
import { joinSources } from './join-sources.js'

/**
 * Starts a worker thread from a module beside the caller: the compiled file, or its sources joined when the caller itself
 * runs from source. `name` is relative and has no extension: `startThread(import.meta.url, './thread')`.
 */
export function startThread(callerUrl: string, name: string, options: WorkerOptions = {}): Worker {
  if (!callerUrl.endsWith('.ts')) return new Worker(new URL(`${name}.js`, callerUrl), options)
  return new Worker(joinSources(new URL(`${name}.ts`, callerUrl)), { ...options, execArgv: [] })
}
