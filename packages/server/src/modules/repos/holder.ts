import type { Actor } from '../../kit/http/actor.js'

/** Who was given a signed address or a Xet token, and by which credential; null for somebody unknown. */
export interface Holder {
  readonly userId: string
  /** `t` or `s` and the id of the access token or session. */
  readonly credential: string
}

export function holderOf(actor: Actor): Holder | null {
  if (actor.kind === 'anonymous') return null
  const { userId, auth } = actor
  return { userId, credential: auth.type === 'token' ? `t${auth.tokenId}` : `s${auth.sessionId}` }
}

/** A repository or bucket, by id. */
export interface Home {
  readonly home: 'repo' | 'bucket'
  readonly repoId: string
}

/** Somebody at a place, as a signed link carries them. */
export interface Pass extends Home {
  readonly holder: Holder | null
}

/** `r.<repo>.<user>.<credential>`; parts after the place are left out for the anonymous. */
export function writePass({ home, repoId, holder }: Pass): string {
  return [home[0], repoId, ...(holder ? [holder.userId, holder.credential] : [])].join('.')
}

/** Null when the text is no pass; whether it is genuine is the signature's business. */
export function readPass(text: string): Pass | null {
  const [home, repoId, userId, credential, more] = text.split('.')
  if ((home !== 'r' && home !== 'b') || !repoId || more !== undefined) return null
  if ((userId === undefined) !== (credential === undefined)) return null
  const holder = userId !== undefined && credential !== undefined ? { userId, credential } : null
  return { home: home === 'r' ? 'repo' : 'bucket', repoId, holder }
}
