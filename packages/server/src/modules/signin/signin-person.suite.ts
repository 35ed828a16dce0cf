import type { FactorsView, SessionView } from '@stoa/contracts'
import { Secret, TOTP } from 'otpauth'
import { makePasskey, type SoftPasskey } from './soft-authenticator.suite.js'

/** What these steps use of a person, of a server and of an answer. */
interface Answer<T = unknown> {
  readonly status: number
  readonly body: T
  readonly headers: Headers
  readonly cookie: string
}
interface Person {
  ask<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>>
}
interface Server {
  readonly url: string
}

const PASSWORD = 'correct horse battery'
export const at = '/api/v1/signin'
export interface Refusal {
  readonly error: { readonly code: string; readonly message: string }
}
export const codeOf = (answer: Answer): string => (answer.body as Refusal).error?.code

/** The code an app shows at a moment. */
export const totpCode = (secret: string, timestamp: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })

/** Gives somebody an authenticator app; its secret, the recovery codes and the code that was used up. */
export async function addTotp(
  person: Person,
  nowMs: number,
): Promise<{ secret: string; codes: string[]; used: string }> {
  const started = await person.ask<{ secret: string }>('POST', `${at}/totp/start`)
  const used = totpCode(started.body.secret, nowMs)
  const added = await person.ask<{ recoveryCodes: string[] | null }>('POST', `${at}/totp`, { code: used })
  if (added.status !== 200) throw new Error(`no authenticator app: ${JSON.stringify(added.body)}`)
  return { secret: started.body.secret, codes: added.body.recoveryCodes ?? [], used }
}

/** Where passkeys work on a test server. */
export async function placeOf(person: Person): Promise<{ origin: string; rpId: string }> {
  const { body } = await person.ask<FactorsView>('GET', `${at}/factors`)
  return { origin: body.passkeyOrigin, rpId: 'localhost' }
}

/** Gives somebody a passkey. */
export async function addPasskey(
  person: Person,
  name = 'My laptop',
): Promise<{ passkey: SoftPasskey; codes: string[] | null; id: string }> {
  const options = await person.ask<{ challenge: string; user: { id: string } }>('POST', `${at}/passkeys/options`)
  const { passkey, response } = makePasskey(options.body, await placeOf(person))
  const added = await person.ask<{ recoveryCodes: string[] | null; passkey: { id: string } }>(
    'POST',
    `${at}/passkeys`,
    {
      name,
      response,
    },
  )
  if (added.status !== 200) throw new Error(`no passkey: ${JSON.stringify(added.body)}`)
  return { passkey, codes: added.body.recoveryCodes, id: added.body.passkey.id }
}

/** Gives somebody one of each; the recovery codes. */
export async function addSecondFactors(person: Person, nowMs: number, passkeyName: string): Promise<string[]> {
  const { codes } = await addPasskey(person, passkeyName)
  await addTotp(person, nowMs)
  return codes ?? []
}

/** Shows the password; a session, or the cookie of a half sign-in. */
export function signIn(server: Server, login: string, password = PASSWORD): Promise<Answer<SessionView>> {
  return post(`${server.url}/api/v1/accounts/sign-in`, { login, password })
}

/** Shows the second factor. */
export function showSecond(server: Server, cookie: string, body: object): Promise<Answer<SessionView>> {
  return post(`${server.url}${at}/second`, body, cookie)
}

async function post<T>(url: string, body: object, cookie = ''): Promise<Answer<T>> {
  const headers = { 'content-type': 'application/json', ...(cookie === '' ? {} : { cookie }) }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const [set = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  return { status: answer.status, body: (await answer.json()) as T, headers: answer.headers, cookie: set }
}
