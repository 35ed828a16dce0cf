// with-postgres.mjs COMMAND…: runs a command beside a real PostgreSQL in a temporary folder and sets STOA_TEST_DATABASE_URL.
// initdb refuses root, so as root the server runs as the user `postgres` (or `nobody`). It listens on loopback only.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, runCommand, stopChild, waitUntil } from './service-process.mjs'

const READY_MS = 30_000
const VERSIONS = [18, 17, 16, 15]

function findPrograms() {
  const asked = process.env.POSTGRES_BIN
  const folders = [...(asked ? [asked] : []), ...VERSIONS.map((version) => `/usr/lib/postgresql/${version}/bin`)]
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')))
  if (found !== undefined) return found
  const inPath = spawnSync('sh', ['-c', 'command -v initdb'], { encoding: 'utf8' }).stdout.trim()
  if (inPath === '') throw new Error('PostgreSQL is not installed: apt-get install postgresql-15, or set POSTGRES_BIN')
  return join(inPath, '..')
}

function ordinaryUser() {
  if (process.getuid() !== 0) return null
  for (const name of ['postgres', 'nobody']) {
    const uid = spawnSync('id', ['-u', name], { encoding: 'utf8' })
    const gid = spawnSync('id', ['-g', name], { encoding: 'utf8' })
    if (uid.status === 0 && gid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error('started as root, and there is neither a user postgres nor nobody to run PostgreSQL as')
}

const programs = findPrograms()
const user = ordinaryUser()
const folder = mkdtempSync(join(tmpdir(), 'stoa-postgres-'))
const own = (path) => user && execFileSync('chown', [`${user.uid}:${user.gid}`, path])
const data = join(folder, 'data')
const password = randomBytes(12).toString('hex')
const passwordFile = join(folder, 'password')
writeFileSync(passwordFile, password)
own(folder)
own(passwordFile)
const identity = { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }
let child = null
try {
  const cluster = ['-D', data, '-U', 'stoa', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  execFileSync(join(programs, 'initdb'), [...cluster, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'], identity)
  const port = await freePort()
  const settings = ['fsync=off', 'log_min_messages=fatal', `unix_socket_directories=${folder}`, 'max_connections=200']
  const options = ['-D', data, '-h', '127.0.0.1', '-p', String(port), ...settings.flatMap((one) => ['-c', one])]
  child = spawn(join(programs, 'postgres'), options, { ...identity, stdio: 'ignore' })
  const isReady = spawnReady(port)
  await waitUntil(isReady, READY_MS, child)
  process.exitCode = await runCommand({
    STOA_TEST_DATABASE_URL: `postgres://stoa:${password}@127.0.0.1:${port}/postgres`,
  })
} finally {
  // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for its clients.
  child?.kill('SIGINT')
  if (child) await stopChild(child)
  rmSync(folder, { recursive: true, force: true })
}

function spawnReady(port) {
  return async () => spawnSync(join(programs, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0
}
