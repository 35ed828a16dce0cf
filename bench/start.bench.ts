import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBuilt } from './built-server.js'
import { median, report } from './report.js'

const ROUNDS = 5
const IDLE_MS = 3_000

interface Start {
  readonly readyMs: number
  readonly residentMb: number
}

/** Starts, lets it idle, reads its memory, stops. */
async function startOnce(dataDir: string, port: number): Promise<Start> {
  const server = await startBuilt(port, { STOA_DATA_DIR: dataDir })
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  await server.stop()
  return { readyMs: server.readyMs, residentMb: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024 }
}

const cold: Start[] = []
const warm: Start[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  const dataDir = mkdtempSync(join(tmpdir(), 'stoa-bench-start-'))
  cold.push(await startOnce(dataDir, 17_300 + round))
  warm.push(await startOnce(dataDir, 17_300 + round))
  rmSync(dataDir, { recursive: true, force: true })
}
const middle = (starts: readonly Start[], key: keyof Start): number => median(starts.map((start) => start[key]))
report('start', [
  { name: 'ready, empty data folder', unit: 'ms', ours: middle(cold, 'readyMs') },
  { name: 'ready, existing data folder', unit: 'ms', ours: middle(warm, 'readyMs') },
  { name: 'idle memory after a warm start', unit: 'MB', ours: middle(warm, 'residentMb') },
])
