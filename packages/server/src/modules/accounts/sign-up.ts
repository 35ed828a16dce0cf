import type { AccountsDeps } from './deps.js'
import type { Newcomers } from './newcomers.js'
import { openSession } from './sign-in.js'
import type { Visitor } from './visitor.js'

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
  deps: AccountsDeps & { readonly newcomers: Newcomers },
  { name, fullname, email, password, visitor }: SignUp,
): Promise<{ readonly userId: string; readonly secret: string }> {
  const { newcomers } = deps
  newcomers.checkName(name)
  const passwordHash = await newcomers.hashPassword(password, [name, fullname, email])
  return deps.write(async (tx) => {
    const userId = await newcomers.create(tx, { name, fullname, email, passwordHash })
    return { userId, secret: await openSession(tx, deps, { userId, visitor, factors: ['password'] }) }
  })
}
