import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The size of an ordinary call: request 1.3 kB, answer 1.6 kB (gateway-speed.md §1). */
const REQUEST_BYTES = 1_300
const ANSWER_BYTES = 1_600
const TICKS_PER_SECOND = 100

export interface Peer {
  readonly pid: number
  stop(): Promise<void>
}

export const requestBody = (model: string): string =>
  JSON.stringify({
    model,
    max_tokens: 60,
    messages: [{ role: 'user', content: 'stone '.repeat(REQUEST_BYTES / 6).slice(0, REQUEST_BYTES - 90) }],
  })

const answerBody = (): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'toy',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'column '.repeat(ANSWER_BYTES / 7).slice(0, ANSWER_BYTES - 250) },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 300, completion_tokens: 50, total_tokens: 350 },
  })

/** One nginx worker with this server block and its own folder. */
export async function startNginx(folder: string, name: string, server: string): Promise<Peer> {
  const home = join(folder, name)
  mkdirSync(home, { recursive: true })
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${home}/${kind};`)
    .join(' ')
  const config = `daemon off; master_process off; worker_processes 1; pid ${home}/pid; error_log ${home}/error.log;
    events { worker_connections 1024; } http { access_log off; keepalive_requests 100000000; ${temp} ${server} }`
  writeFileSync(join(home, 'nginx.conf'), config)
  return startPeer('nginx', ['-c', join(home, 'nginx.conf'), '-p', home], {})
}

/** The upstream all are measured on: the same answer to everything. */
export const toyServer = (port: number): string =>
  `server { listen 127.0.0.1:${port}; location / { default_type application/json; return 200 '${answerBody()}'; } }`

export const proxyServer = (port: number, upstreamPort: number): string =>
  `upstream toy { server 127.0.0.1:${upstreamPort}; keepalive 256; keepalive_requests 100000000; }
   server { listen 127.0.0.1:${port}; location / { proxy_pass http://toy; proxy_http_version 1.1; proxy_set_header Connection ""; } }`

/** Portkey's gateway from the package registry, in a folder outside of the project; null when it cannot be had. */
export async function startPortkey(folder: string, port: number): Promise<Peer | null> {
  const home = join(folder, 'portkey')
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"private":true}')
  spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '@portkey-ai/gateway@1.15.2'], {
    cwd: home,
    stdio: 'ignore',
  })
  const main = join(home, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  if (!existsSync(main)) return null
  const env = { TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost', NODE_ENV: 'production' }
  return startPeer(process.execPath, [main, `--port=${port}`, '--headless'], env)
}

async function startPeer(command: string, args: string[], env: Record<string, string>): Promise<Peer> {
  const child: ChildProcess = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } })
  await once(child, 'spawn')
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : null
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** CPU seconds a process has used, all its threads together. */
export function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

export interface Load {
  readonly callsPerSecond: number
  readonly cpuMicros: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface LoadSpec {
  readonly folder: string
  readonly url: string
  readonly pid: number
  readonly body: string
  readonly headers: Record<string, string>
  readonly connections: number
  readonly seconds: number
}

/** wrk against one address; throws when any answer was not 2xx. */
export function runLoad(spec: LoadSpec): Load {
  const script = join(spec.folder, 'load.lua')
  const headers = Object.entries({ 'Content-Type': 'application/json', ...spec.headers })
  const lines = headers.map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
  const done = `done = function(summary, latency) io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout, latency:percentile(50), latency:percentile(99))) end`
  writeFileSync(script, `wrk.method = "POST"\nwrk.body = ${JSON.stringify(spec.body)}\n${lines.join('\n')}\n${done}\n`)
  const before = cpuSeconds(spec.pid)
  const args = ['-t1', `-c${spec.connections}`, `-d${spec.seconds}s`, '--timeout', '10s', '-s', script, spec.url]
  const { stdout } = spawnSync('wrk', args, { encoding: 'utf8' })
  const cpu = cpuSeconds(spec.pid) - before
  const [requests = 0, durationMicros = 1, errors = 0, p50 = 0, p99 = 0] = (/RESULT (.*)/.exec(stdout)?.[1] ?? '')
    .split(' ')
    .map(Number)
  if (requests === 0 || errors > 0) throw new Error(`${spec.url}: ${requests} calls, ${errors} failed`)
  return {
    callsPerSecond: requests / (durationMicros / 1e6),
    cpuMicros: (cpu * 1e6) / requests,
    p50Ms: p50 / 1000,
    p99Ms: p99 / 1000,
  }
}

export const isInstalled = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
