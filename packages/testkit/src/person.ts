import { createToken, redeemLink, type SessionView, signUp } from '@stoa/contracts'
import type { Client } from '@stoa/sdk'
import type { TestServer } from './test-server.js'

export const TEST_PASSWORD = 'correct horse battery'

/** An answer as a browser sees it. */
export interface Answer<T = unknown> {
  readonly status: number
  readonly body: T
  readonly headers: Headers
  /** `name=value` of the first cookie that was set; empty when none was. */
  readonly cookie: string
}

export interface AskOptions {
  readonly body?: unknown
  readonly cookie?: string
  readonly headers?: Record<string, string>
}

/** A request as a browser sends it: JSON, a cookie, no redirects followed. */
export async function ask<T = unknown>(url: string, method: string, options: AskOptions = {}): Promise<Answer<T>> {
  const answer = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.cookie ? { cookie: options.cookie } : {}),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  const text = await answer.text()
  const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '')
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  return { status: answer.status, body: (isJson ? JSON.parse(text) : text) as T, headers: answer.headers, cookie }
}

/** Somebody with an account on a test server: a signed-in browser and a token that may write. */
export interface Person {
  readonly name: string
  readonly id: string
  readonly cookie: string
  readonly token: string
  /** SDK client with the token. */
  readonly client: Client
  /** A request with the session cookie. */
  ask<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>>
  /** Another access token. */
  newToken(token: { name: string; role: 'read' | 'write' | 'fineGrained'; scopes?: readonly object[] }): Promise<string>
}

/** What a person needs of a server. */
type JoinedServer = Pick<TestServer, 'url' | 'client'>

/** Signs a new user up. */
export async function join(server: JoinedServer, name: string): Promise<Person> {
  const answer = await ask<SessionView>(server.url + signUp.path, 'POST', { body: { name, password: TEST_PASSWORD } })
  return toPerson(server, name, answer)
}

/** Makes the platform's first admin, as the printed one-time link does. */
export async function joinAsAdmin(server: TestServer, name = 'root'): Promise<Person> {
  const link = await server.running.app.accounts.makeAdminLink()
  if (link === null) throw new Error('this server has an admin already')
  const body = { secret: link.split('#')[1], name, password: TEST_PASSWORD }
  return toPerson(server, name, await ask<SessionView>(server.url + redeemLink.path, 'POST', { body }))
}

async function toPerson(server: JoinedServer, name: string, answer: Answer<SessionView>): Promise<Person> {
  const { cookie, body, status } = answer
  if (!body.user) throw new Error(`${name} could not join: ${status} ${JSON.stringify(body)}`)
  const send = <T>(method: string, path: string, sent?: unknown) =>
    ask<T>(server.url + path, method, { cookie, ...(sent === undefined ? {} : { body: sent }) })
  const newToken: Person['newToken'] = async (token) => {
    const made = await send<{ secret: string }>(createToken.method, createToken.path, token)
    if (made.status !== 200) throw new Error(`no token for ${name}: ${JSON.stringify(made.body)}`)
    return made.body.secret
  }
  const token = await newToken({ name: 'test', role: 'write' })
  return { name, id: body.user.id, cookie, token, client: server.client(token), ask: send, newToken }
}
