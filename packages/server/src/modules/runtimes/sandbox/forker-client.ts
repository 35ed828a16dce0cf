import { type ChildProcess, spawn } from 'node:child_process'
import type { ForkerReport, ForkerRequest } from './forker-protocol.js'

/** One process in the helper's care. */
export interface ForkedProcess {
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

export interface ProcessEvents {
  onLine(stream: 'out' | 'err', text: string): void
  onExit(facts: ExitFacts): void
}

export interface ExitFacts {
  readonly code: number | null
  readonly signal: string | null
  readonly isOutOfMemory: boolean
}

export interface Forker {
  spawn(
    id: string,
    request: Omit<Extract<ForkerRequest, { type: 'spawn' }>, 'type' | 'id'>,
    events: ProcessEvents,
  ): ForkedProcess
  /** Process id of the helper, for the admin page and tests. */
  pid(): number | undefined
  stop(): Promise<void>
}

/** Starts the helper at the first need, and again should it ever die; its processes die with it. */
export function createForker(forkerFile: string): Forker {
  const listeners = new Map<string, ProcessEvents>()
  let helper: ChildProcess | null = null

  const open = (): ChildProcess => {
    if (helper) return helper
    const started = spawn(process.execPath, ['--max-old-space-size=64', forkerFile], {
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    started.on('message', (report: ForkerReport) => deliver(listeners, report))
    started.on('error', () => {})
    started.on('exit', () => {
      if (helper === started) helper = null
      for (const [id, events] of listeners) {
        listeners.delete(id)
        events.onExit({ code: null, signal: 'SIGKILL', isOutOfMemory: false })
      }
    })
    started.unref()
    started.channel?.unref()
    helper = started
    return started
  }
  return {
    spawn(id, request, events) {
      listeners.set(id, events)
      open().send({ type: 'spawn', id, ...request } satisfies ForkerRequest)
      return {
        kill: (signal) => void (helper?.connected && helper.send({ type: 'kill', id, signal } satisfies ForkerRequest)),
      }
    },
    pid: () => helper?.pid,
    async stop() {
      const ending = helper
      if (!ending) return
      await new Promise<void>((resolve) => {
        ending.once('exit', () => resolve())
        if (ending.connected) ending.disconnect()
        else resolve()
      })
    },
  }
}

function deliver(listeners: Map<string, ProcessEvents>, report: ForkerReport): void {
  const events = listeners.get(report.id)
  if (!events) return
  if (report.type === 'line') return events.onLine(report.stream, report.text)
  listeners.delete(report.id)
  events.onExit(report)
}
