import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A passkey in software: what an authenticator and a browser do together, with every part open to tampering. */
export interface SoftPasskey {
  readonly credentialId: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly userHandle: string
  counter: number
}

export interface AskedByServer {
  readonly challenge: string
}

interface Circumstances {
  readonly origin: string
  readonly rpId: string
  /** Whether the device checked who holds it. */
  readonly isVerified?: boolean
}

const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const UP = 0x01
const UV = 0x04
const AT = 0x40

/** Makes a passkey for registration options; the answer for the server and the passkey. */
export function makePasskey(options: AskedByServer & { user: { id: string } }, at: Circumstances) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(16)
  const passkey: SoftPasskey = { credentialId: b64(id), privateKey, publicKey, userHandle: options.user.id, counter: 1 }
  const jwk = publicKey.export({ format: 'jwk' })
  const cose = map([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(jwk.x ?? '', 'base64url')],
    [-3, Buffer.from(jwk.y ?? '', 'base64url')],
  ])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(id.length)
  const authData = Buffer.concat([head(at, 1, AT), Buffer.alloc(16), length, id, cose])
  const attestationObject = map([
    ['fmt', 'none'],
    ['attStmt', {}],
    ['authData', authData],
  ])
  const response = {
    id: passkey.credentialId,
    rawId: passkey.credentialId,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: clientData('webauthn.create', options.challenge, at.origin),
      attestationObject: b64(attestationObject),
      transports: ['internal'],
    },
  }
  return { passkey, response }
}

/** Uses a passkey for authentication options. */
export function usePasskey(passkey: SoftPasskey, options: AskedByServer, at: Circumstances) {
  passkey.counter += 1
  const authData = head(at, passkey.counter, 0)
  const clientDataJSON = clientData('webauthn.get', options.challenge, at.origin)
  const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
  const signature = sign('sha256', Buffer.concat([authData, hash]), passkey.privateKey)
  return {
    id: passkey.credentialId,
    rawId: passkey.credentialId,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON,
      authenticatorData: b64(authData),
      signature: b64(signature),
      userHandle: passkey.userHandle,
    },
  }
}

function head({ rpId, isVerified = true }: Circumstances, counter: number, more: number): Buffer {
  const count = Buffer.alloc(4)
  count.writeUInt32BE(counter)
  const flags = UP | (isVerified ? UV : 0) | more
  return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), count])
}

function clientData(type: string, challenge: string, origin: string): string {
  return b64(Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })))
}

type Cbor = number | string | Uint8Array | Record<string, never>

function map(entries: readonly (readonly [number | string, Cbor])[]): Buffer {
  return Buffer.concat([Buffer.from([0xa0 | entries.length]), ...entries.flatMap(([k, v]) => [encode(k), encode(v)])])
}

function encode(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? start(0, value) : start(1, -1 - value)
  if (typeof value === 'string') return Buffer.concat([start(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([start(2, value.length), value])
  return Buffer.from([0xa0])
}

function start(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length])
  if (length < 256) return Buffer.from([(major << 5) | 24, length])
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255])
}
