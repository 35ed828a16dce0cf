import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a dishonest or broken provider does otherwise than a good one. */
export interface Forgery {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly key?: KeyObject
  /** Signs with the public key as a shared secret, or not at all. */
  readonly how?: 'hmac' | 'none'
  /** Answers this in place of tokens. */
  readonly tokenError?: string
  /** Over the answer's query; null leaves a parameter out. */
  readonly query?: Record<string, string | null>
  readonly metadata?: Record<string, unknown>
}

interface Code {
  readonly nonce: string
  readonly challenge: string
  readonly redirectUri: string
  readonly clientId: string
  readonly person: Record<string, unknown>
  readonly forgery: Forgery
}

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** An OpenID provider on this machine that tests can make lie. */
export class TestProvider {
  url = ''
  clientSecret = 'provider-secret'
  forgery: Forgery = {}
  /** Who is signed in at its sign-in page: a browser that comes there goes back at once. */
  person: Record<string, unknown> = { sub: 'nobody' }
  /** What its servers were asked: `POST /token`. */
  readonly asked: string[] = []
  readonly #codes = new Map<string, Code>()
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        ([status, body, location]) => {
          response.writeHead(status, { 'content-type': 'application/json', ...(location ? { location } : {}) })
          response.end(JSON.stringify(body))
        },
        () => response.writeHead(500).end(),
      )
    })
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Somebody signs in here; the query the browser goes back with. */
  signIn(to: URL, person: Record<string, unknown>): string {
    const asked = to.searchParams
    const code = randomUUID()
    this.#codes.set(code, {
      nonce: asked.get('nonce') ?? '',
      challenge: asked.get('code_challenge') ?? '',
      redirectUri: asked.get('redirect_uri') ?? '',
      clientId: asked.get('client_id') ?? '',
      person,
      forgery: this.forgery,
    })
    const query = new URLSearchParams({ code, state: asked.get('state') ?? '', iss: this.url })
    for (const [name, value] of Object.entries(this.forgery.query ?? {})) {
      if (value === null) query.delete(name)
      else query.set(name, value)
    }
    return query.toString()
  }

  async #answer(request: IncomingMessage): Promise<[status: number, body: unknown, location?: string]> {
    this.asked.push(`${request.method} ${request.url}`)
    if (request.url === '/.well-known/openid-configuration') return [200, this.#metadata()]
    if (request.url === '/keys')
      return [200, { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }] }]
    if (request.url?.startsWith('/authorize?')) {
      const to = new URL(request.url, this.url)
      return [303, {}, `${to.searchParams.get('redirect_uri')}?${this.signIn(to, this.person)}`]
    }
    if (request.url === '/token') return this.#token(request, await readBody(request))
    return [404, {}]
  }

  #metadata() {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      jwks_uri: `${this.url}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
      authorization_response_iss_parameter_supported: true,
      ...this.forgery.metadata,
    }
  }

  #token(request: IncomingMessage, body: URLSearchParams): [number, unknown] {
    const code = this.#codes.get(body.get('code') ?? '')
    this.#codes.delete(body.get('code') ?? '')
    if (!code) return [400, { error: 'invalid_grant', error_description: 'no such code' }]
    const basic = Buffer.from(request.headers.authorization?.split(' ')[1] ?? '', 'base64').toString()
    const shown = basic.split(':').map(decodeURIComponent)
    if (shown[0] !== code.clientId || shown[1] !== this.clientSecret)
      return [401, { error: 'invalid_client', error_description: 'wrong secret' }]
    const proof = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    if (proof !== code.challenge) return [400, { error: 'invalid_grant', error_description: 'wrong verifier' }]
    if (body.get('redirect_uri') !== code.redirectUri)
      return [400, { error: 'invalid_grant', error_description: 'other address' }]
    if (code.forgery.tokenError) return [400, { error: code.forgery.tokenError }]
    return [200, { access_token: randomUUID(), token_type: 'bearer', expires_in: 60, id_token: this.#idToken(code) }]
  }

  #idToken({ nonce, clientId, person, forgery }: Code): string {
    const nowS = Math.floor(Date.now() / 1000)
    const claims = {
      iss: this.url,
      aud: clientId,
      iat: nowS,
      exp: nowS + 300,
      nonce,
      jti: randomUUID(),
      ...person,
      ...forgery.claims,
    }
    const algorithm = { hmac: 'HS256', none: 'none', rsa: 'RS256' }[forgery.how ?? 'rsa']
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const signed = `${encode({ alg: algorithm, kid: 'k1', ...forgery.header })}.${encode(claims)}`
    if (forgery.how === 'none') return `${signed}.`
    if (forgery.how === 'hmac') {
      const pem = pair.publicKey.export({ type: 'spki', format: 'pem' })
      return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`
    }
    return `${signed}.${sign('sha256', Buffer.from(signed), forgery.key ?? pair.privateKey).toString('base64url')}`
  }
}

async function readBody(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  for await (const part of request) text += String(part)
  return new URLSearchParams(text)
}
