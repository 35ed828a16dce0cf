import childProcess, { type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'

/**
 * The library tries its binary in a child process before it loads it. Under node's permission model there are no child
 * processes, and the replica is itself the expendable one: the trial is answered as passed. Call before importing the library.
 */
export function skipTrialWithoutChildProcesses(): void {
  const { permission } = process as { permission?: { has(scope: string): boolean } }
  if (permission === undefined || permission.has('child')) return
  childProcess.fork = passTrial as unknown as typeof childProcess.fork
  syncBuiltinESMExports()
}

function passTrial(): ChildProcess {
  const trial = Object.assign(new EventEmitter(), {
    exitCode: null,
    killed: false,
    kill: () => true,
    send: (message: { type: string }) => {
      if (message.type === 'start') setImmediate(() => trial.emit('message', { type: 'done' }))
      if (message.type === 'exit') setImmediate(() => trial.emit('exit', 0))
      return true
    },
  })
  setImmediate(() => trial.emit('message', { type: 'ready' }))
  return trial as unknown as ChildProcess
}
