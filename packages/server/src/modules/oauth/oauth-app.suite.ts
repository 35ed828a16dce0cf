import { createHash, randomBytes } from 'node:crypto'
import {
  type createOauthApp,
  createOauthApp as createAppRoute,
  decideConsent,
  type ResponseOf,
  type TokenAnswer,
} from '@stoa/contracts'

/** What these steps use of a test server and of a person on it. */
interface Server {
  readonly url: string
}
interface Answer<T> {
  readonly status: number
  readonly body: T
}
interface Person {
  ask<T>(method: string, path: string, body?: unknown): Promise<Answer<T>>
}

export const CALLBACK = 'https://app.example.org/callback'

export interface TestApp {
  readonly id: string
  readonly clientId: string
  readonly secret: string | null
}

/** An answer of the protocol: tokens, or the standard's words of what was wrong. */
export interface OauthAnswer extends Partial<TokenAnswer> {
  readonly error?: string
  readonly error_description?: string
  readonly [key: string]: unknown
}

/** A form, as apps send it; or JSON. */
export async function post(
  server: Server,
  path: string,
  fields: Record<string, string>,
  how: { readonly basic?: string; readonly json?: true } = {},
): Promise<{ readonly status: number; readonly body: OauthAnswer; readonly headers: Headers }> {
  const answer = await fetch(server.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': how.json ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(how.basic === undefined ? {} : { authorization: `Basic ${Buffer.from(how.basic).toString('base64')}` }),
    },
    body: how.json ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as OauthAnswer), headers: answer.headers }
}

export async function makeApp(
  owner: Person,
  fields: { readonly isPublic?: boolean; readonly redirectUris?: string[]; readonly scopes?: string[] } = {},
): Promise<TestApp> {
  const body = {
    name: 'Test app',
    redirectUris: fields.redirectUris ?? [CALLBACK],
    scopes: fields.scopes ?? ['openid', 'profile', 'email', 'read-repos', 'write-repos', 'inference-api'],
    isPublic: fields.isPublic ?? true,
  }
  const made = await owner.ask<ResponseOf<typeof createOauthApp>>('POST', createAppRoute.path, body)
  if (made.status !== 200) throw new Error(`no app: ${JSON.stringify(made.body)}`)
  return { id: made.body.app.id, clientId: made.body.app.clientId, secret: made.body.secret }
}

export interface Pkce {
  readonly verifier: string
  readonly challenge: string
}

export function makePkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** The query of an authorization request; what is undefined is left out. */
export function authorizeQuery(app: TestApp, pkce: Pkce | null, more: Record<string, string | undefined> = {}): string {
  const fields = {
    client_id: app.clientId,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid profile email',
    state: 'st',
    ...(pkce ? { code_challenge: pkce.challenge, code_challenge_method: 'S256' } : {}),
    ...more,
  }
  const sent = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  return new URLSearchParams(sent).toString()
}

/** Says yes (or no) as a person does on the page; the address the browser would go to. */
export async function decide(person: Person, query: string, more: object = {}): Promise<Answer<{ to: string }>> {
  return person.ask<{ to: string }>('POST', decideConsent.path, {
    request: Buffer.from(query).toString('base64url'),
    allow: true,
    ...more,
  })
}

export async function codeFor(person: Person, query: string, more: object = {}): Promise<string> {
  const answer = await decide(person, query, more)
  const code = answer.status === 200 ? new URL(answer.body.to).searchParams.get('code') : null
  if (code === null) throw new Error(`no code: ${answer.status} ${JSON.stringify(answer.body)}`)
  return code
}

/** The whole way from the question to the tokens, of a public app. */
export async function signInto(
  server: Server,
  person: Person,
  app: TestApp,
  asked: { readonly scope?: string; readonly orgs?: 'all' | readonly string[] } = {},
): Promise<OauthAnswer> {
  const pkce = makePkce()
  const query = authorizeQuery(app, pkce, asked.scope === undefined ? {} : { scope: asked.scope })
  const code = await codeFor(person, query, asked.orgs === undefined ? {} : { orgs: asked.orgs })
  const answer = await post(server, '/oauth/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    client_id: app.clientId,
    code_verifier: pkce.verifier,
    ...(app.secret === null ? {} : { client_secret: app.secret }),
  })
  if (answer.status !== 200) throw new Error(`no tokens: ${JSON.stringify(answer.body)}`)
  return answer.body
}
