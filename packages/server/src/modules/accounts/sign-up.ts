import { refuse } from '@stoa/contracts'
import { findNameProblem } from './account-name.js'
import { createUser } from './create-account.js'
import type { AccountsDeps } from './deps.js'
import { checkPassword, hashPassword } from './password.js'
import { upsertPassword } from './queries/credentials.js'
import { openSession, type Visitor } from './sign-in.js'

export interface SignUp {
  readonly name: string
  readonly fullname?: string | undefined
  readonly email?: string | undefined
  readonly password: string
  readonly visitor: Visitor
}

/**
 * Makes a user and signs them in; the user and the cookie's secret. An e-mail address somebody else has is taken
 * unverified and without a word: the answer must not tell who has an account.
 */
export async function signUp(
  deps: AccountsDeps,
  { name, fullname, email, password, visitor }: SignUp,
): Promise<{ readonly userId: string; readonly secret: string }> {
  const problem = findNameProblem(name)
  if (problem) throw refuse('NameInvalid', problem)
  await checkPassword(password, [name, fullname, email])
  const passwordHash = await hashPassword(password)
  return deps.write(async (tx) => {
    const userId = await createUser(tx, deps, { name, fullname, email })
    await upsertPassword(tx, userId, passwordHash, deps.clock.now())
    return { userId, secret: await openSession(tx, deps, { userId, visitor, factors: ['password'] }) }
  })
}
