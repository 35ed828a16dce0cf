const MAX_ADDRESS = 254
const MAX_LOCAL = 64
const MAX_NAME = 78
/** Plain addresses only: no quoted parts, no comments, no literals; nothing in them can end a header or begin another. */
const ADDRESS =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g

/** Whether a letter may be addressed to this. */
export function isMailAddress(text: string): boolean {
  return text.length <= MAX_ADDRESS && text.indexOf('@') <= MAX_LOCAL && ADDRESS.test(text)
}

/** The part after the `@`, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}

/** Text for one line of a letter: nothing in it breaks the line, reverses it or hides. */
export function plainLine(text: string, maxChars = 200): string {
  return text.replace(CONTROL, ' ').replace(/\s+/g, ' ').trim().slice(0, maxChars)
}

export interface Sender {
  readonly name: string
  readonly address: string
}

/** `Stoa <stoa@example.org>` or a bare address; null when it is neither. */
export function parseSender(text: string): Sender | null {
  const match = /^(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>\s]+))$/.exec(text.trim())
  const address = match?.[2] ?? match?.[3] ?? ''
  const name = match?.[1] ?? ''
  if (!isMailAddress(address) || plainLine(name, MAX_NAME) !== name) return null
  return { name, address }
}
