const MAX_REF_BYTES = 255
const FORBIDDEN = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/u

/** git-check-ref-format, for a full name with at least two parts (`refs/heads/main`). */
export function isValidRefName(name: string): boolean {
  if (Buffer.byteLength(name) > MAX_REF_BYTES || FORBIDDEN.test(name) || !name.includes('/')) return false
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
}

/** A branch or tag name: a valid ref part that no command line reads as an option and no API as an object id. */
export function isValidShortName(name: string): boolean {
  return (
    !name.startsWith('-') && name !== 'HEAD' && !/^[0-9a-f]{40}$/.test(name) && isValidRefName(`refs/heads/${name}`)
  )
}
