import { PASSWORD_MAX, PASSWORD_MIN, refuse } from '@stoa/contracts'
import { hash, verify } from '@node-rs/argon2'

/** OWASP's floor for Argon2id: 19 MiB, two passes, one lane; about 40 ms on one core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** A valid hash of no password: verifying against it takes as long as against a real one. */
const DUMMY_HASH = '$argon2id$v=19$m=19456,t=2,p=1$c3RvYS1kdW1teS1zYWx0$0n8f3bC7mXwUqJtq4dF2y5sQ0b9m1oJ7k3v6x8z2A4E'

/** Words that open most password lists; a password that is one of them with digits or marks around it is refused. */
const COMMON = new Set(
  `password passwort passw0rd p@ssword p@ssw0rd qwerty qwertyuiop qwertz asdfgh asdfghjkl zxcvbn letmein welcome admin
  administrator iloveyou monkey dragon football baseball sunshine princess master shadow superman batman trustno login
  changeme secret default test testtest hello abc abcd abcdef abcdefg abcdefgh qazwsx michael jordan hunter starwars
  whatever freedom computer internet stoa`.split(/\s+/),
)

/** Refuses a password that would be guessed; `words` are the person's own (name, e-mail). */
export function checkPassword(password: string, words: readonly (string | null | undefined)[]): void {
  const problem = findPasswordProblem(password, words)
  if (problem) throw refuse('PasswordTooWeak', problem)
}

/** Why a password is too easy to guess, as a sentence; null when it is not. */
export function findPasswordProblem(password: string, words: readonly (string | null | undefined)[]): string | null {
  const length = [...password].length
  if (length < PASSWORD_MIN) return `A password has at least ${PASSWORD_MIN} characters.`
  if (length > PASSWORD_MAX) return `A password has at most ${PASSWORD_MAX} characters.`
  const plain = password.toLowerCase()
  if (new Set(plain).size < 4) return 'This password repeats too few characters.'
  if (/^\d+$/.test(plain) && isRun(plain)) return 'This password is a row of digits.'
  const core = plain.replace(/^[\d\W_]+|[\d\W_]+$/g, '')
  if (core === '' && /^\d+$/.test(plain) && length < 14) return 'This password is only digits; make it longer.'
  if (COMMON.has(core)) return 'This password is on every list of common passwords.'
  for (const word of words) {
    const own = word?.toLowerCase() ?? ''
    if (own.length >= 3 && (core === own || plain === own || core === own.split('@')[0])) {
      return 'This password is your own name.'
    }
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
