import { timingSafeEqual } from 'node:crypto'
import { refuse } from '@stoa/contracts'
import type { Db, Tx } from '../../kit/db/database.js'
import { hashSecret } from '../accounts/index.js'
import { findOauthApp, type OauthAppRow } from './queries/apps.js'

/** How an app showed itself: HTTP Basic, fields of the body, or its id alone. */
export interface SentClient {
  readonly id: string | null
  readonly secret: string | null
  /** It used the header, and is challenged there. */
  readonly isBasic: boolean
}

/** An app that is who it says, as far as it can show. */
export interface ShownClient {
  readonly app: OauthAppRow
  /** It sent its secret; without one anybody can claim a public app's id. */
  readonly hasSecret: boolean
}

export function readClient(
  authorization: string | undefined,
  body: { readonly client_id?: string | undefined; readonly client_secret?: string | undefined },
): SentClient {
  const inBody = { id: body.client_id ?? null, secret: body.client_secret ?? null, isBasic: false }
  const value = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (value === undefined) return inBody
  if (inBody.secret !== null) throw refuse('OauthInvalidRequest', 'The app showed itself in two ways.')
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString('utf8')) ?? []
  if (id === undefined || secret === undefined) throw refuseClient(true)
  const decoded = { id: decodeField(id), secret: decodeField(secret) }
  if (inBody.id !== null && inBody.id !== decoded.id) throw refuse('OauthInvalidRequest', 'The request names two apps.')
  return { id: decoded.id, secret: decoded.secret === '' ? null : decoded.secret, isBasic: true }
}

/** The app that a request comes from; throws `OauthInvalidClient`. A confidential app must send its secret. */
export async function admitClient(db: Db | Tx, sent: SentClient): Promise<ShownClient> {
  const app = sent.id === null ? null : await findOauthApp(db, sent.id)
  if (!app) throw refuseClient(sent.isBasic)
  return checkSecret(app, sent)
}

export function checkSecret(app: OauthAppRow, { secret, isBasic }: Omit<SentClient, 'id'>): ShownClient {
  if (secret !== null) {
    if (app.secretHash === null || !isSame(hashSecret(secret), app.secretHash)) throw refuseClient(isBasic)
    return { app, hasSecret: true }
  }
  if (!app.isPublic) throw refuseClient(isBasic, 'This app must send its secret.')
  return { app, hasSecret: false }
}

function refuseClient(isBasic: boolean, text?: string): Error {
  const headers = isBasic ? { 'www-authenticate': 'Basic realm="Stoa"' } : {}
  return refuse('OauthInvalidClient', text, {}, { headers })
}

function isSame(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right))
}

/** Basic credentials of OAuth are form-encoded first (RFC 6749 §2.3.1); clients that forget it send the text as it is. */
function decodeField(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '))
  } catch {
    return text
  }
}
