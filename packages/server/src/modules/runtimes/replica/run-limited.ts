import { createContext, Script } from 'node:vm'

const sandbox = createContext({ work: null as null | (() => unknown) })
const script = new Script('work()')

/** Runs synchronous work that a model's author wrote (a template, a schema) and stops it after `timeoutMs`. */
export function runLimited<T>(work: () => T, timeoutMs: number): T {
  sandbox['work'] = work
  try {
    return script.runInContext(sandbox, { timeout: timeoutMs }) as T
  } finally {
    sandbox['work'] = null
  }
}
