import { addPasskey, startPasskey } from '@stoa/contracts'
import { api } from '../../lib/api.js'
import { hasPasskeys, makePasskey } from '../../lib/passkeys.js'

/** Browsers refuse passkeys at bare addresses. */
export const mayMakePasskey = (): boolean => hasPasskeys() && !/^[\d.]+$|^\[/.test(window.location.hostname)

/** The same page where browsers allow passkeys, when this is a bare loopback address; else null. */
export function sameAtLocalhost(): string | null {
  if (!hasPasskeys() || !/^127\.|^\[::1\]$/.test(window.location.hostname)) return null
  const url = new URL(window.location.href)
  url.hostname = 'localhost'
  return url.href
}

/** Makes the first passkey of somebody who has just come in; their recovery codes. */
export async function addFirstPasskey(name: string): Promise<readonly string[]> {
  const response = await makePasskey(await api.call(startPasskey, {}))
  const { recoveryCodes } = await api.call(addPasskey, { body: { name, response } })
  return recoveryCodes ?? []
}
