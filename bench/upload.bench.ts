import { execFile } from 'node:child_process'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { hashToText, loadKeyedHashes, parseXorb } from '@stoa/xet'
import { openXet, packFile, type PackedFile, type XetSession } from '@stoa/testkit'
import { startBuilt } from './built-server.js'
import { createRepo, type LargeFile, NAME, sendBytes, sendLfs, TOKEN, writeManifest } from './hub-client.js'
import { writeLarge } from './large-file.js'
import { median, report } from './report.js'

/**
 * Large files into the hub, from a client on the same machine. LFS against `sha256sum` and a durable write of the same
 * file, one after the other; Xet as xorbs that were cut and hashed before, so that the time is the server's: it decodes
 * and hashes every chunk again.
 */
const LFS_BYTES = 1_000_000_000
const XET_BYTES = 512_000_000
const XET_LIMIT_GB_S = 0.4
const CONNECTIONS = 4
const ROUNDS = 3
const PORT = 17_313
const TICKS_A_SECOND = 100

const folder = mkdtempSync(join(tmpdir(), 'stoa-bench-upload-'))

/** Seconds. */
async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}

const run = promisify(execFile)

async function hashAndWrite(file: LargeFile): Promise<void> {
  await run('sha256sum', [file.path])
  await run('dd', [`if=${file.path}`, `of=${folder}/copy`, 'bs=1M', 'conv=fsync', 'status=none'])
}

async function sendXet(session: XetSession, packed: PackedFile): Promise<void> {
  const waiting = [...packed.xorbs]
  const connection = async (): Promise<void> => {
    for (let xorb = waiting.shift(); xorb !== undefined; xorb = waiting.shift()) await sendXorb(session, xorb)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  await demandOk(await session.sendShard(packed.shard))
}

function sendXorb(
  { casUrl, authorization }: XetSession,
  { hash, records }: PackedFile['xorbs'][number],
): Promise<void> {
  const headers = { authorization, 'content-length': String(records.reduce((sum, record) => sum + record.length, 0)) }
  const url = `${casUrl}/v1/xorbs/default/${hashToText(hash)}`
  return sendBytes(url, { method: 'POST', headers }, Readable.from(records))
}

const hashes = await loadKeyedHashes()

/** What nobody can be faster than: the check of every chunk on one core, and the disk, each alone. */
async function measureParts({ xorbs }: PackedFile): Promise<{ check: number; disk: number }> {
  const whole = xorbs.map(({ records }) => Buffer.concat(records))
  const check = await timed(() => {
    for (const bytes of whole) parseXorb(bytes, hashes)
  })
  const disk = await timed(() => {
    const file = openSync(join(folder, 'plain'), 'w')
    for (const bytes of whole) writeSync(file, bytes)
    fdatasyncSync(file)
    closeSync(file)
  })
  return { check, disk }
}

/** User and system seconds of the server so far; null where the kernel does not tell. */
function cpuSeconds(pid: number): number | null {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number)
    return (user + system) / TICKS_A_SECOND
  } catch {
    return null
  }
}

/** Seconds that the cores were busy so far, whoever it was for; null where the kernel does not tell. */
function busySeconds(): number | null {
  try {
    const [first = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
    const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0, stolen = 0] = first
      .split(/ +/)
      .slice(1)
      .map(Number)
    return (user + nice + system + interrupts + soft + stolen) / TICKS_A_SECOND
  } catch {
    return null
  }
}

/** Server, this process, everybody. */
function cpuNow(): { server: number; client: number; all: number } | null {
  const ofServer = cpuSeconds(server.pid)
  const all = busySeconds()
  const { user, system } = process.cpuUsage()
  return ofServer === null || all === null ? null : { server: ofServer, client: (user + system) / 1e6, all }
}

async function demandOk(answer: Response): Promise<void> {
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
}

const server = await startBuilt(PORT, { STOA_DATA_DIR: join(folder, 'data'), STOA_BOOTSTRAP: writeManifest(folder) })
await createRepo(server.url, 'large')
const rates = { lfs: [] as number[], plain: [] as number[], xet: [] as number[] }
const parts = { check: [] as number[], disk: [] as number[], cpu: [] as number[], others: [] as number[] }
for (let round = 0; round <= ROUNDS; round += 1) {
  const file = await writeLarge(join(folder, 'large.bin'), LFS_BYTES)
  const plain = await timed(() => hashAndWrite(file))
  const lfs = await timed(() => sendLfs(server.url, 'large', file))
  const small = await writeLarge(join(folder, 'weights.bin'), XET_BYTES)
  const session = await openXet(server.url, TOKEN, `models/${NAME}/large`)
  const packed = await packFile(readFileSync(small.path))
  const alone = await measureParts(packed)
  const before = cpuNow()
  const xet = await timed(() => sendXet(session, packed))
  const after = cpuNow()
  if (round === 0) continue
  rates.plain.push(statSync(file.path).size / plain / 1e9)
  rates.lfs.push(LFS_BYTES / lfs / 1e9)
  rates.xet.push(XET_BYTES / xet / 1e9)
  parts.check.push(XET_BYTES / alone.check / 1e9)
  parts.disk.push(XET_BYTES / alone.disk / 1e9)
  if (before === null || after === null) continue
  const [ofServer, ofClient] = [after.server - before.server, after.client - before.client]
  parts.cpu.push(ofServer / (XET_BYTES / 1e9))
  parts.others.push((after.all - before.all - ofServer - ofClient) / xet)
}
await server.stop()
rmSync(folder, { recursive: true, force: true })
report(
  'upload',
  [
    {
      name: `LFS, ${LFS_BYTES / 1e9} GB in one file`,
      unit: 'GB/s',
      ours: median(rates.lfs),
      rival: { name: 'sha256sum + durable write', value: median(rates.plain) },
    },
    {
      name: 'Xet, verified, stored chunks of random bytes',
      unit: 'GB/s',
      ours: median(rates.xet),
      rival: { name: 'the limit asked for', value: XET_LIMIT_GB_S },
    },
  ],
  [
    'larger is better; limits are ratios of 0.8 (LFS) and 1 (Xet)',
    `beside it: the check of every chunk on one core ${median(parts.check).toFixed(2)} GB/s, the disk ${median(parts.disk).toFixed(2)} GB/s, each alone`,
    `other programs kept ${median(parts.others).toFixed(1)} cores busy meanwhile`,
    `the server took ${median(parts.cpu).toFixed(1)} s of a core for a GB over Xet: with two idle cores it cannot pass ${(2 / median(parts.cpu)).toFixed(2)} GB/s`,
  ],
)
process.exit(0)
