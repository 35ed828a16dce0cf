import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { type Client, createClient } from '@stoa/sdk'
import { joinProgram } from '@stoa/server/testing'

/** A real server in a process of its own, so that its memory can be read apart from that of whoever attacks it. */
export interface ChildServer {
  readonly url: string
  readonly pid: number
  /** A client with this token, or anonymous. */
  client(token?: string): Client
  /** Bytes by which the process grew at its highest while `work` ran; null where the system does not tell. */
  growthOf(work: () => Promise<unknown>): Promise<number | null>
  /** Whether it still answers. */
  isAlive(): Promise<boolean>
  stop(): Promise<void>
}

const MAIN = new URL('./child-server-main.ts', import.meta.url)

/** Starts the test server in a child process. */
export async function startChildServer(env: Record<string, string> = {}): Promise<ChildServer> {
  const child = spawn(process.execPath, [await joinProgram(MAIN)], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const url = await firstLine(child)
  const pid = child.pid as number
  return {
    url,
    pid,
    client: (token) => createClient({ baseUrl: url, ...(token === undefined ? {} : { token }) }),
    growthOf: async (work) => {
      const before = forgetPeak(pid)
      await work()
      const peak = memoryOf(pid, 'VmHWM')
      return before === null || peak === null ? null : Math.max(0, peak - before)
    },
    isAlive: async () => (await askAgain(`${url}/healthz`)).ok,
    stop: async () => {
      const ended = once(child, 'exit')
      child.stdin?.end()
      await ended
    },
  }
}

/** An attack may leave dead connections in the pool of whoever asks: once more, then. */
async function askAgain(url: string): Promise<Response> {
  return await fetch(url).catch(() => fetch(url))
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    text += chunk.toString()
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'))
  }
  throw new Error('the child server ended before it listened')
}

/** Makes the kernel count the highest memory from now on (proc(5), clear_refs); the memory held now. */
function forgetPeak(pid: number): number | null {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    return memoryOf(pid, 'VmRSS')
  } catch {
    return null
  }
}

function memoryOf(pid: number, field: 'VmHWM' | 'VmRSS'): number | null {
  try {
    const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return line ? Number(line[1]) * 1024 : null
  } catch {
    return null
  }
}
