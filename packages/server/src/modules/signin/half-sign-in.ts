import { refuse, type SecondStep } from '@stoa/contracts'
import type { FastifyRequest } from 'fastify'
import { hostCookieName, readCookie, renderHostCookie } from '../../kit/http/cookies.js'
import { type Entry, hashSecret, makeLinkSecret } from '../accounts/index.js'
import type { SigninDeps } from './deps.js'
import { deleteExpiredHalfSignIns, findHalfSignIn, type HalfSignIn, insertHalfSignIn } from './queries/half-sign-ins.js'
import { listPasskeys } from './queries/passkeys.js'
import { countRecoveryCodes } from './queries/recovery-codes.js'
import { findTotp } from './queries/totp.js'

const LIFE_S = 600

/**
 * Remembers that somebody's first factor was right, in a cookie that no door knows, when they have second ones; null when they
 * have none.
 */
export async function beginHalfSignIn(
  deps: SigninDeps,
  entry: Entry,
): Promise<{ readonly step: SecondStep; readonly cookie: string } | null> {
  const methods = await listMethods(deps, entry.userId)
  if (methods.length === 0) return null
  const secret = makeLinkSecret()
  const createdAt = deps.clock.now()
  const expiresAt = new Date(createdAt.getTime() + LIFE_S * 1000)
  await deps.write(async (tx) => {
    await deleteExpiredHalfSignIns(tx, createdAt)
    await insertHalfSignIn(tx, {
      id: deps.ids.next(),
      userId: entry.userId,
      secretHash: hashSecret(secret),
      factors: entry.factors,
      createdAt,
      expiresAt,
    })
  })
  return { step: { methods, expiresAt: expiresAt.toISOString() }, cookie: renderHalfCookie(deps, secret, LIFE_S) }
}

/** The half sign-in of a browser. Throws `SignInExpired`. */
export async function getHalfSignIn(deps: SigninDeps, request: FastifyRequest): Promise<HalfSignIn> {
  const secret = readCookie(request.headers.cookie, [cookieName(deps)])
  const half = secret === null ? null : await findHalfSignIn(deps.db, hashSecret(secret), deps.clock.now())
  if (!half) throw refuse('SignInExpired')
  return half
}

/** `Set-Cookie` of a half sign-in; an empty one removes it. */
export function renderHalfCookie(deps: SigninDeps, secret: string, maxAgeS: number): string {
  return renderHostCookie(deps.publicUrl(), { name: cookieName(deps), value: secret, maxAgeS, sameSite: 'Strict' })
}

const cookieName = (deps: SigninDeps): string =>
  hostCookieName(deps.publicUrl(), { secure: 'stoa-half', plain: 'stoa_half' })

async function listMethods(deps: SigninDeps, userId: string): Promise<SecondStep['methods']> {
  const passkeys = await listPasskeys(deps.db, userId)
  const hasTotp = (await findTotp(deps.db, userId))?.confirmedAt != null
  if (passkeys.length === 0 && !hasTotp) return []
  return [
    ...(passkeys.length > 0 ? (['passkey'] as const) : []),
    ...(hasTotp ? (['totp'] as const) : []),
    ...((await countRecoveryCodes(deps.db, userId)) > 0 ? (['recovery'] as const) : []),
  ]
}
