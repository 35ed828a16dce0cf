const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/

/** Who we are to a passkey: browsers tie it to a host name. */
export interface RelyingParty {
  /** The host name of the public address. */
  readonly id: string
  /** The one origin whose answers are taken. */
  readonly origin: string
}

/** A loopback address has no name; there passkeys work at `localhost`. */
export function relyingPartyOf(publicUrl: string): RelyingParty {
  const url = new URL(publicUrl)
  if (!LOOPBACK.test(url.hostname)) return { id: url.hostname, origin: url.origin }
  url.hostname = 'localhost'
  return { id: 'localhost', origin: url.origin }
}
