import { PASSWORD_MAX, PASSWORD_MIN, refuse } from '@stoa/contracts'
import { hash, verify } from '@node-rs/argon2'
import { isCommonPassword } from './common-passwords.js'

/** OWASP's floor for Argon2id: 19 MiB, two passes, one lane; about 40 ms on one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** A valid hash of no password: verifying against it takes as long as against a real one. */
const DUMMY_HASH = '$argon2id$v=19$m=19456,t=2,p=1$c3RvYS1kdW1teS1zYWx0$0n8f3bC7mXwUqJtq4dF2y5sQ0b9m1oJ7k3v6x8z2A4E'

/** Words of this place; those of everywhere are in the list of leaked passwords. */
const OWN_WORDS = new Set(['stoa', 'stoastoa', 'administrator', 'changeme'])

/** Refuses a password that would be guessed; `words` are the person's own (name, e-mail). */
export async function checkPassword(password: string, words: readonly (string | null | undefined)[]): Promise<void> {
  const problem = await findPasswordProblem(password, words)
  if (problem) throw refuse('PasswordTooWeak', problem)
}

/** Why a password is too easy to guess, as a sentence; null when it is not. */
export async function findPasswordProblem(
  password: string,
  words: readonly (string | null | undefined)[],
): Promise<string | null> {
  const length = [...password].length
  if (length < PASSWORD_MIN) return `A password has at least ${PASSWORD_MIN} characters.`
  if (length > PASSWORD_MAX) return `A password has at most ${PASSWORD_MAX} characters.`
  const plain = password.toLowerCase()
  if (new Set(plain).size < 4) return 'This password repeats too few characters.'
  if (/^\d+$/.test(plain) && isRun(plain)) return 'This password is a row of digits.'
  const core = plain.replace(/^[\d\W_]+|[\d\W_]+$/g, '')
  if (core === '' && /^\d+$/.test(plain) && length < 14) return 'This password is only digits; make it longer.'
  for (const word of words) {
    const own = word?.toLowerCase() ?? ''
    if (own.length >= 3 && (core === own || plain === own || core === own.split('@')[0])) {
      return 'This password is your own name.'
    }
  }
  if (OWN_WORDS.has(core) || (await isCommonPassword(password))) {
    return 'This password, or a word it is made of, was leaked elsewhere and is among the first that are tried. Choose another: three or four unrelated words are easy to keep in mind and hard to guess.'
  }
  return null
}

function isRun(digits: string): boolean {
  const steps = new Set<number>()
  for (let i = 1; i < digits.length; i += 1) steps.add((Number(digits[i]) - Number(digits[i - 1]) + 10) % 10)
  return steps.size === 1
}

/** The PHC string to store. Runs on the thread pool. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), COST)
}

/** Whether a password is right; without a stored hash it works as long and says no, so that time tells nothing. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const isRight = await verify(stored ?? DUMMY_HASH, password.normalize('NFKC'))
  return stored !== null && isRight
}
