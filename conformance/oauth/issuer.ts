import { createSign, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A build service on this machine: it signs identity tokens of jobs and shows its keys. */
export interface Issuer {
  readonly url: string
  idToken(claims: Record<string, unknown>): string
  close(): void
}

export async function openIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'job-key', use: 'sig', alg: 'RS256' }
  let url = ''
  const server = createServer((request, response) => {
    const isKeys = request.url === '/keys'
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/keys` }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    url,
    idToken: (claims) => {
      const nowS = Math.floor(Date.now() / 1000)
      const body = { iss: url, iat: nowS, nbf: nowS, exp: nowS + 600, ...claims }
      const signed = `${encode({ alg: 'RS256', typ: 'JWT', kid: jwk.kid })}.${encode(body)}`
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey).toString('base64url')}`
    },
    close: () => void server.close(),
  }
}
