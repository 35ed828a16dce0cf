import { refuse } from '@stoa/contracts'
import type { Tx } from '../../kit/db/database.js'
import type { Membership, UserActor } from '../../kit/http/actor.js'
import { hashSecret, makeLinkSecret } from '../accounts/index.js'
import type { OauthAppRow } from './queries/apps.js'
import { findGrant, insertCode, type OauthGrantRow, upsertGrant } from './queries/grants.js'
import { answerAddress, type AuthorizeRequest, errorAddress } from './authorize-request.js'
import type { OauthDeps } from './deps.js'
import { recordGrant } from './record.js'
import { isExclusive } from './redirect-uri.js'
import { reachesOrgs } from './scopes.js'

/** Long enough for a slow app, short enough for a log that leaks. */
const CODE_S = 120

/** Somebody at a browser. */
export interface SignedIn {
  readonly userId: string
  readonly memberships: readonly Membership[]
  readonly sessionId: string
  /** When they showed their password. */
  readonly authAt: Date
}

/** Organisations a person lets an app work for; undefined leaves them as they were. */
export type OrgChoice = 'all' | readonly string[] | undefined

/** The person behind a browser's request; null for visitors, for requests with an access token, and for an admin who looks through their eyes. */
export async function readSignedIn(
  deps: OauthDeps,
  actor: UserActor | { readonly kind: 'anonymous' },
): Promise<SignedIn | null> {
  // Whoever looks through somebody's eyes only reads: a code would be theirs to keep.
  if (actor.kind !== 'user' || actor.auth.type !== 'session' || actor.impersonator) return null
  const { sessionId } = actor.auth
  const authAt = await deps.accounts.signedInAt(deps.db, sessionId)
  return authAt && { userId: actor.userId, sessionId, memberships: actor.memberships, authAt }
}

/** As `readSignedIn`; throws `SessionRequired`. */
export async function demandSignedIn(deps: OauthDeps, actor: UserActor): Promise<SignedIn> {
  const person = await readSignedIn(deps, actor)
  if (!person) throw refuse('SessionRequired')
  return person
}

/** Whether the app wants the person to show their password (again). */
export function needsFreshSignIn(deps: OauthDeps, request: AuthorizeRequest, person: SignedIn): boolean {
  const ageMs = deps.clock.now().getTime() - person.authAt.getTime()
  return request.maxAgeS !== null && ageMs > request.maxAgeS * 1000
}

/** Where the browser goes when nothing is left to ask; null when the person has to be asked. */
export async function settleQuietly(
  deps: OauthDeps,
  request: AuthorizeRequest,
  person: SignedIn,
): Promise<string | null> {
  if (!request.prompts.has('consent') && (await mayPassQuietly(deps, request, person))) {
    return approve(deps, request, person, undefined)
  }
  if (!request.prompts.has('none')) return null
  return errorAddress(request, deps.publicUrl(), 'OauthConsentRequired', 'The person has to be asked first.')
}

async function mayPassQuietly(deps: OauthDeps, request: AuthorizeRequest, person: SignedIn): Promise<boolean> {
  if (request.app.autoApprove) return true
  // Any program on the machine could pose as an app that is answered on a free port (RFC 8252 §8.6).
  if (!isExclusive(request.redirectUri)) return false
  const grant = await findGrant(deps.db, request.app.id, person.userId)
  if (!grant) return false
  const hasOrgs = request.orgIds.every((id) => grant.allOrgs || grant.orgIds.includes(id))
  return hasOrgs && request.scopes.every((scope) => grant.scopes.includes(scope))
}

/** Lets an app in and makes its code; the address to send the browser to. */
export async function approve(
  deps: OauthDeps,
  request: AuthorizeRequest,
  person: SignedIn,
  orgs: OrgChoice,
): Promise<string> {
  const code = makeLinkSecret()
  const createdAt = deps.clock.now()
  await deps.write(async (tx) => {
    const grantId = await extendGrant(tx, deps, { app: request.app, scopes: request.scopes, person, orgs })
    await insertCode(tx, {
      id: deps.ids.next(),
      secretHash: hashSecret(code),
      grantId,
      familyId: deps.ids.next(),
      redirectUri: request.redirectUri,
      scopes: request.scopes,
      nonce: request.nonce,
      codeChallenge: request.codeChallenge,
      authAt: person.authAt,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + CODE_S * 1000),
    })
  })
  deps.accounts.forgetUser(person.userId)
  return answerAddress(request, deps.publicUrl(), { code })
}

export function deny(deps: OauthDeps, request: AuthorizeRequest): string {
  return errorAddress(request, deps.publicUrl(), 'OauthAccessDenied', 'The person said no.')
}

interface Extension {
  readonly app: OauthAppRow
  readonly scopes: readonly string[]
  readonly person: SignedIn
  readonly orgs: OrgChoice
}

/** Adds scopes to what a person let an app do; a new choice of organisations replaces the old one. */
export async function extendGrant(tx: Tx, deps: OauthDeps, extension: Extension): Promise<string> {
  const id = await widenGrant(tx, deps, extension)
  await deps.accounts.noteMade(tx, { kind: 'grant', id }, extension.person)
  return id
}

async function widenGrant(tx: Tx, deps: OauthDeps, { app, scopes, person, orgs }: Extension): Promise<string> {
  const before = await findGrant(tx, app.id, person.userId)
  const own = new Set(person.memberships.map((membership) => membership.accountId))
  const chosen = orgs === undefined || orgs === 'all' ? null : orgs.filter((id) => own.has(id))
  const grant: OauthGrantRow = {
    id: before?.id ?? deps.ids.next(),
    appId: app.id,
    userId: person.userId,
    scopes: [...new Set([...(before?.scopes ?? []), ...scopes])],
    allOrgs: orgs === undefined ? (before?.allOrgs ?? false) : orgs === 'all',
    orgIds: orgs === undefined ? (before?.orgIds ?? []) : (chosen ?? []),
    createdAt: before?.createdAt ?? deps.clock.now(),
  }
  const { id: _, createdAt: __, appId: ___, userId: ____, ...facts } = grant
  if (before && isSame(before, grant)) return before.id
  const id = await upsertGrant(tx, grant)
  await deps.orgs.forgetApprovals(tx, id)
  await recordGrant(tx, deps, { ...grant, id }, { action: 'auth.app.allow', facts })
  return id
}

function isSame(before: OauthGrantRow, after: OauthGrantRow): boolean {
  const text = ({ scopes, allOrgs, orgIds }: OauthGrantRow) => JSON.stringify([scopes, allOrgs, orgIds])
  return text(before) === text(after)
}

/** What the consent page says of an app. */
export function showApp(app: Pick<OauthAppRow, 'clientId' | 'name' | 'homepage' | 'origin'>) {
  return { clientId: app.clientId, name: app.name || app.clientId, homepage: app.homepage, origin: app.origin }
}

/** The organisations a person is asked about; none when the scopes touch nothing of theirs. */
export async function choosableOrgIds(
  deps: OauthDeps,
  app: OauthAppRow,
  scopes: AuthorizeRequest['scopes'],
  person: SignedIn,
): Promise<readonly { readonly id: string; readonly isGranted: boolean }[]> {
  if (!reachesOrgs(scopes)) return []
  const grant = await findGrant(deps.db, app.id, person.userId)
  return person.memberships.map(({ accountId }) => ({
    id: accountId,
    isGranted: grant !== null && (grant.allOrgs || grant.orgIds.includes(accountId)),
  }))
}
