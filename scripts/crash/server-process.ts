import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = resolve(fileURLToPath(import.meta.url), '../../../packages/cli/dist/bundle/main.mjs')
const READY_LIMIT_MS = 60_000
const POLL_MS = 20

/** The built server (npm run build) as a process of its own. */
export interface ServerProcess {
  /** SIGKILL: nothing is finished, nothing is flushed. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export async function startServer(port: number, env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: { ...process.env, STOA_PORT: String(port), STOA_RATE_LIMITS: 'off', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lines: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => {
    lines.push(chunk.toString())
    if (lines.length > 50) lines.shift()
  })
  await ready(child, port).catch((error: Error) => {
    throw new Error(`${error.message}\n${lines.join('')}`)
  })
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) {
      if (signal === 'SIGKILL') throw new Error(`the server ended by itself: ${child.exitCode}\n${lines.join('')}`)
      return
    }
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return { kill: () => end('SIGKILL'), stop: () => end('SIGTERM') }
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < READY_LIMIT_MS) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
    if (answer?.ok) return
    await new Promise((next) => setTimeout(next, POLL_MS))
  }
  child.kill('SIGKILL')
  throw new Error('the server was not ready in time')
}
