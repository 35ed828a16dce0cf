// with-s3.mjs COMMAND…: runs a command beside a real S3 server (versitygw) and sets STOA_TEST_S3_URL and STOA_TEST_BLOBS_URL.
// The server is built with `go install` on first use. Everything it stores is removed afterwards.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, runCommand, stopChild, waitUntil } from './service-process.mjs'

const VERSION = 'v1.8.0'
const READY_MS = 20_000
// A folder is a bucket to this server; test servers share one, each below a prefix of its own.
const SERVER_BUCKET = 'stoa-servers'
const KEY = 'stoa'
const SECRET = 'stoa-test-secret'

function findServer() {
  const inPath = spawnSync('sh', ['-c', 'command -v versitygw'], { encoding: 'utf8' }).stdout.trim()
  if (inPath !== '') return inPath
  const goPath = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' })
  if (goPath.status !== 0) throw new Error('versitygw is not installed, and go, which builds it, is missing')
  const built = join(goPath.stdout.trim(), 'bin/versitygw')
  if (existsSync(built)) return built
  const source = `github.com/versity/versitygw/cmd/versitygw@${VERSION}`
  const { status } = spawnSync('nice', ['go', 'install', source], { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error('versitygw could not be built')
  return built
}

const server = findServer()
const folder = mkdtempSync(join(tmpdir(), 'stoa-s3-'))
// Neither folder may be a prefix of the other.
for (const name of ['objects', 'versions', `objects/${SERVER_BUCKET}`]) mkdirSync(join(folder, name))
const port = await freePort()
const storage = ['posix', '--versioning-dir', join(folder, 'versions'), join(folder, 'objects')]
const child = spawn(server, ['--port', `127.0.0.1:${port}`, '--quiet', ...storage], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, ROOT_ACCESS_KEY: KEY, ROOT_SECRET_KEY: SECRET },
})
try {
  const answers = () => fetch(`http://127.0.0.1:${port}/`).then(() => true)
  await waitUntil(answers, READY_MS, child)
  const address = (bucket) => `s3://${KEY}:${SECRET}@${bucket}?endpoint=http://127.0.0.1:${port}`
  process.exitCode = await runCommand({
    STOA_TEST_S3_URL: address('stoa-test'),
    STOA_TEST_BLOBS_URL: address(SERVER_BUCKET),
  })
} finally {
  await stopChild(child)
  rmSync(folder, { recursive: true, force: true })
}
