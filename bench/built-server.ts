import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ROOT } from './report.js'

const READY_LIMIT_MS = 60_000

/** The built product as a process of its own, as an operator runs it. */
export interface BuiltServer {
  readonly url: string
  readonly pid: number
  /** From spawning to the first good answer of /readyz. */
  readonly readyMs: number
  stop(): Promise<void>
}

export async function startBuilt(port: number, env: Record<string, string>): Promise<BuiltServer> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [join(ROOT, 'packages/cli/dist/bundle/main.mjs'), 'serve'], {
    env: { ...process.env, STOA_PORT: String(port), STOA_RATE_LIMITS: 'off', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  process.on('exit', () => child.kill('SIGKILL'))
  await ready(child, url, startedAt)
  const readyMs = performance.now() - startedAt
  return {
    url,
    pid: child.pid ?? 0,
    readyMs,
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function ready(child: ChildProcess, url: string, startedAt: number): Promise<void> {
  while (performance.now() - startedAt < READY_LIMIT_MS) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    const answer = await fetch(`${url}/readyz`).catch(() => null)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  child.kill('SIGKILL')
  throw new Error('the server was not ready in time')
}
