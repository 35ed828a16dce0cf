import { createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import type { AuditEventView } from '@stoa/contracts'
import type { GuardedFetch, GuardedReach } from '../../../kit/http/guarded-fetch.js'
import type { StreamRow } from '../queries/streams.js'
import { frameSyslog, renderSyslog } from './render-syslog.js'

const TIMEOUT_MS = 10_000
/** Of what a receiver answers nothing but the status counts. */
const ANSWER_MAX_BYTES = 64 * 1024

export interface Sending {
  readonly events: readonly AuditEventView[]
  readonly host: string
  readonly now: Date
  /** Of a webhook. */
  readonly secret: string | null
}

/** How receivers are reached: only where the operator opened it. */
export interface Ways {
  readonly guardedFetch: GuardedFetch
  readonly guardedReach: GuardedReach
}

/** Sends events to a receiver; throws when they did not arrive, `FetchRefused` when it may not be reached. */
export async function sendEvents(ways: Ways, stream: StreamRow, sending: Sending): Promise<void> {
  if (stream.kind === 'webhook') return postEvents(ways, stream, sending)
  const messages = sending.events.map((event) => renderSyslog(event, { host: sending.host, chain: stream.chain }))
  const { host: named, port } = splitAddress(stream.address)
  const host = await ways.guardedReach(named, port)
  return stream.kind === 'syslog-tcp' ? sendOverTcp(host, port, messages) : sendOverUdp(host, port, messages)
}

/** `t=<seconds>,v1=<hex>`: HMAC-SHA256 of `<seconds>.<body>` with the stream's secret. */
export function signBody(secret: string, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}

async function postEvents({ guardedFetch }: Ways, stream: StreamRow, { events, now, secret }: Sending): Promise<void> {
  const body = JSON.stringify({ chain: stream.chain, events })
  const answer = await guardedFetch(stream.address, {
    method: 'POST',
    timeoutMs: TIMEOUT_MS,
    maxBytes: ANSWER_MAX_BYTES,
    headers: {
      'content-type': 'application/json',
      'stoa-stream': stream.id,
      'stoa-signature': signBody(secret ?? '', body, now),
    },
    body,
  })
  if (!answer.ok) throw new Error(`the receiver answered ${answer.status}`)
}

function sendOverTcp(host: string, port: number, messages: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS }, () => {
      socket.end(Buffer.concat(messages.map(frameSyslog)))
    })
    socket.on('timeout', () => socket.destroy(new Error('the receiver did not answer in time')))
    socket.on('error', reject)
    socket.on('finish', () => resolve())
    socket.resume()
  })
}

async function sendOverUdp(host: string, port: number, messages: readonly string[]): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  try {
    for (const message of messages) {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.send(message, port, host, (error) => (error ? reject(error) : resolve()))
      })
    }
  } finally {
    socket.close()
  }
}

/** `host:port` or `[::1]:port`; throws a sentence for anything else. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-f:]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(address)
  const port = Number(match?.[3])
  if (!match || port < 1 || port > 65_535) throw new Error('an address of syslog is host:port')
  return { host: match[1] ?? match[2] ?? '', port }
}
