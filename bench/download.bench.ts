import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { startBuilt } from './built-server.js'
import { commitLarge, createRepo, NAME, sendLfs, writeManifest } from './hub-client.js'
import { writeLarge } from './large-file.js'
import { median, report } from './report.js'

/** A large file from disk through the server's byte path, against nginx with sendfile, in turns. */
const SIZE_BYTES = 2_000_000_000
const ROUNDS = 5
const NGINX_PORT = 17_310

const folder = mkdtempSync(join(tmpdir(), 'stoa-bench-download-'))
function nginx(): { stop(): Promise<void>; pid: number } {
  const config = `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
    events { worker_connections 64; } http { access_log off; sendfile on; tcp_nopush on; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
    fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
    server { listen 127.0.0.1:${NGINX_PORT}; location / { root ${folder}/www; } } }`
  writeFileSync(join(folder, 'nginx.conf'), config)
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' })
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** Reads a whole answer over a bare socket, so that the reader costs the same for both. Returns seconds. */
function download(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    let received = 0
    const socket = createConnection({ host: '127.0.0.1', port }, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n`)
    })
    socket.on('data', (chunk) => {
      received += chunk.length
    })
    socket.on('end', () =>
      received > SIZE_BYTES
        ? resolve((performance.now() - startedAt) / 1000)
        : reject(new Error(`only ${received} bytes`)),
    )
    socket.on('error', reject)
  })
}

/** Where the bytes are: the hub answers a large file itself or sends the client there. */
async function placeOf(url: string): Promise<string> {
  const answer = await fetch(url, { redirect: 'manual' })
  await answer.body?.cancel()
  const to = new URL(answer.headers.get('location') ?? url, url)
  return to.pathname + to.search
}

mkdirSync(join(folder, 'www'))
const file = await writeLarge(join(folder, 'www/large.bin'), SIZE_BYTES)
// The rival's worker runs as another user.
for (const path of [folder, join(folder, 'www')]) chmodSync(path, 0o755)
chmodSync(file.path, 0o644)
const server = await startBuilt(17_311, { STOA_DATA_DIR: join(folder, 'data'), STOA_BOOTSTRAP: writeManifest(folder) })
await createRepo(server.url, 'large')
await sendLfs(server.url, 'large', file)
await commitLarge(server.url, 'large', 'large.bin', file)
const path = await placeOf(`${server.url}/${NAME}/large/resolve/main/large.bin`)
const rival = nginx()
await new Promise((resolve) => setTimeout(resolve, 500))
const ours: number[] = []
const theirs: number[] = []
for (let round = 0; round <= ROUNDS; round += 1) {
  const a = await download(17_311, path)
  const b = await download(NGINX_PORT, '/large.bin')
  if (round === 0) continue
  ours.push(SIZE_BYTES / a / 1e9)
  theirs.push(SIZE_BYTES / b / 1e9)
}
await rival.stop()
await server.stop()
rmSync(folder, { recursive: true, force: true })
report('download', [
  {
    name: '2 GB file, one connection',
    unit: 'GB/s',
    ours: median(ours),
    rival: { name: 'nginx sendfile', value: median(theirs) },
  },
])
process.exit(0)
