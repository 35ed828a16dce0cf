import { execFileSync, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/**
 * The rival: git's own CGI program behind the smallest server that can run it, on the bare repositories of a folder. Pushes
 * need the credentials `name:password` of the second argument, and are asked for them as ours are.
 */
const root = process.argv[2] ?? ''
const wanted = `Basic ${Buffer.from(process.argv[3] ?? '').toString('base64')}`
const program = join(execFileSync('git', ['--exec-path']).toString().trim(), 'git-http-backend')

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://rival')
  const isPush = `${url.pathname}${url.search}`.includes('git-receive-pack')
  if (isPush && request.headers.authorization !== wanted) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="rival"' }).end()
    return
  }
  const child = spawn(program, [], {
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      REMOTE_USER: 'bench',
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  request.pipe(child.stdin)
  child.stdin.on('error', () => {})
  let head: Buffer | null = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === null) return void response.write(chunk)
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    const lines = head
      .toString('latin1', 0, end)
      .split('\r\n')
      .map((line) => line.split(': '))
    const status = lines.find(([name]) => name === 'Status')?.[1]
    response.writeHead(
      status ? Number.parseInt(status, 10) : 200,
      Object.fromEntries(lines.filter(([name]) => name !== 'Status')),
    )
    response.write(head.subarray(end + 4))
    head = null
  })
  child.stdout.on('end', () => response.end())
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
