import { hash } from 'node:crypto'

/** Of each SHA-256; with 50,000 entries one in twenty million other words is mistaken for one of them. */
export const HASH_BYTES = 5
const MIN_CORE = 4
/** What people put around a word of the list without making it harder to guess. */
const MAX_AROUND = 6

const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '!': 'i',
  '|': 'i',
  l: 'i',
  '3': 'e',
  '4': 'a',
  '@': 'a',
  '5': 's',
  $: 's',
  '7': 't',
  '+': 't',
  '8': 'b',
  '9': 'g',
}

/** Lower case, and one letter for all that look like it. */
export function foldPassword(password: string): string {
  return [...password.toLowerCase()].map((letter) => LOOKALIKES[letter] ?? letter).join('')
}

export function hashFolded(folded: string): Buffer {
  return Buffer.from(hash('sha256', folded, 'hex').slice(0, HASH_BYTES * 2), 'hex')
}

let list: Buffer | null = null

/** Read at the first question: most processes never check a password. */
async function loadList(): Promise<Buffer> {
  list ??= Buffer.from((await import('./common-passwords.gen.js')).COMMON_PASSWORDS, 'base64')
  return list
}

/**
 * Whether a password is one of the leaked ones most often tried, or one of them disguised: other case, digits for letters,
 * a few digits and marks around it, written twice, backwards.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const known = await loadList()
  return disguises(password).some((word) => isListed(known, word))
}

function disguises(password: string): string[] {
  const plain = password.toLowerCase()
  const words = [plain, [...plain].reverse().join(''), ...repeated(plain)]
  const core = plain.replace(/^[\d\W_]+|[\d\W_]+$/g, '')
  if (core.length >= MIN_CORE && core.length >= plain.length - MAX_AROUND) words.push(core, ...repeated(core))
  return words.map(foldPassword)
}

/** The part a word repeats, twice or more. */
function repeated(word: string): string[] {
  const part = /^(.{3,}?)\1+$/su.exec(word)?.[1]
  return part === undefined ? [] : [part]
}

function isListed(known: Buffer, folded: string): boolean {
  const wanted = hashFolded(folded)
  let low = 0
  let high = known.length / HASH_BYTES - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const order = known.compare(wanted, 0, HASH_BYTES, middle * HASH_BYTES, (middle + 1) * HASH_BYTES)
    if (order === 0) return true
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return false
}
