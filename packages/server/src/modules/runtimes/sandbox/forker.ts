/**
 * The forking helper: a small process that starts, watches and ends replicas, so that the server never forks itself
 * (a fork blocks a large process for milliseconds, stack.md §3). It dies with the server and takes everything with it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { ForkerReport, ForkerRequest } from './forker-protocol.js'
import { createMemoryGroup, type MemoryGroup } from './memory-group.js'
import { residentTreeBytes } from './process-tree.js'

const SAMPLE_MS = 500
const MAX_LINE = 4_096
const MAX_FILES = 4_096
const MAX_FILE_BLOCKS = 262_144

interface Watched {
  readonly child: ChildProcess
  readonly group: MemoryGroup | null
  readonly memoryBytes: number
  isOutOfMemory: boolean
}

const running = new Map<string, Watched>()

/** Enters its control group, sets limits, becomes the command. Never an address space limit: node reserves far more than it uses. */
const LAUNCHER = `if [ -n "$1" ]; then echo $$ > "$1" || exit 71; fi
ulimit -c 0; ulimit -n ${MAX_FILES} 2>/dev/null; ulimit -f ${MAX_FILE_BLOCKS}
if [ -z "$1" ]; then ulimit -d "$2" 2>/dev/null; fi
shift 2; exec "$@"`

function start(request: Extract<ForkerRequest, { type: 'spawn' }>): void {
  const group = createMemoryGroup(`stoa-${process.pid}-${request.id}`, request.memoryBytes)
  const kilobytes = String(Math.ceil(request.memoryBytes / 1024))
  const seccomp = request.seccompFile === null ? null : openSync(request.seccompFile, 'r')
  const child = spawn(
    '/bin/sh',
    ['-c', LAUNCHER, 'sh', group?.procsFile ?? '', kilobytes, request.command, ...request.args],
    {
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent' },
      stdio: ['pipe', 'pipe', 'pipe', ...(seccomp === null ? [] : [seccomp])],
    },
  )
  if (seccomp !== null) closeSync(seccomp)
  const watched: Watched = { child, group, memoryBytes: request.memoryBytes, isOutOfMemory: false }
  running.set(request.id, watched)
  forwardLines(request.id, 'out', child.stdout)
  forwardLines(request.id, 'err', child.stderr)
  child.stdin?.on('error', () => {})
  child.on('error', (error) => report({ type: 'line', id: request.id, stream: 'err', text: error.message }))
  child.on('close', (code, signal) => finish(request.id, watched, code, signal))
}

function finish(id: string, watched: Watched, code: number | null, signal: string | null): void {
  running.delete(id)
  const isOutOfMemory = watched.isOutOfMemory || watched.group?.isOutOfMemory() === true
  watched.group?.remove()
  report({ type: 'exit', id, code, signal, isOutOfMemory })
}

function forwardLines(id: string, stream: 'out' | 'err', source: NodeJS.ReadableStream | null): void {
  let rest = ''
  source?.setEncoding('utf8')
  source?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = (lines.pop() ?? '').slice(-MAX_LINE)
    for (const text of lines) report({ type: 'line', id, stream, text: text.slice(0, MAX_LINE) })
  })
  source?.on('end', () => {
    if (rest !== '') report({ type: 'line', id, stream, text: rest })
  })
}

/** Where no control group could be made: measure, and end what passes its limit. */
function sampleMemory(): void {
  for (const watched of running.values()) {
    const { pid } = watched.child
    if (watched.group || pid === undefined || residentTreeBytes(pid) <= watched.memoryBytes) continue
    watched.isOutOfMemory = true
    watched.child.kill('SIGKILL')
  }
}

function report(message: ForkerReport): void {
  if (process.connected) process.send?.(message)
}

process.on('message', (request: ForkerRequest) => {
  if (request.type === 'spawn') return start(request)
  const child = running.get(request.id)?.child
  child?.stdin?.end()
  child?.kill(request.signal)
})
process.on('disconnect', () => {
  for (const { child } of running.values()) child.kill('SIGKILL')
  process.exit(0)
})
process.on('SIGINT', () => {})
setInterval(sampleMemory, SAMPLE_MS).unref()
