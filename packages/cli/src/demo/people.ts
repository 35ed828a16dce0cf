import { createToken, deleteToken, listTokens, signIn } from '@stoa/contracts'
import { type Client, createClient } from '@stoa/sdk'

const TOKEN_NAME = 'demo'

/** Somebody signed in as in a browser, with an access token as for a program. */
export interface Person {
  readonly name: string
  readonly token: string
  /** Calls with the token. */
  readonly client: Client
}

/** Signs in with a password and makes a fresh access token, replacing the one of an earlier run. */
export async function enter(url: string, name: string, password: string): Promise<Person> {
  const anonymous = createClient({ baseUrl: url })
  const answer = await anonymous.send(signIn, { body: { login: name, password } })
  const cookie = (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
  const browser = { headers: { cookie, origin: url } }
  const tokens = await anonymous.call(listTokens, browser)
  const old = tokens.find((token) => token.name === TOKEN_NAME)
  if (old) await anonymous.call(deleteToken, { params: { tokenId: old.id }, ...browser })
  const { secret } = await anonymous.call(createToken, { body: { name: TOKEN_NAME, role: 'write' }, ...browser })
  return { name, token: secret, client: createClient({ baseUrl: url, token: secret }) }
}
