import { randomInt } from 'node:crypto'
import { type ResponseOf, refuse, type startDevice as startDeviceRoute, type TokenAnswer } from '@stoa/contracts'
import {
  answerDevice,
  countWaitingDevices,
  type DeviceRow,
  findDeviceByHash,
  findWaitingDevice,
  insertDevice,
  notePoll,
  useDevice,
} from './queries/devices.js'
import { findGrantById } from './queries/grants.js'
import { getOauthAppById } from './queries/apps.js'
import { addressPrefix } from '../../kit/http/address-prefix.js'
import { hashSecret, makeLinkSecret, refuseThrottled, type Visitor } from '../accounts/index.js'
import { admitClient, type SentClient } from './client-auth.js'
import { extendGrant, type OrgChoice, type SignedIn } from './consent.js'
import type { OauthDeps } from './deps.js'
import { demandActive } from './exchange-code.js'
import { describeTokens, storeTokens, type TokenOrder } from './issue-tokens.js'
import { knownScopes, readScopes } from './scopes.js'

const LIVES_S = 900
const INTERVAL_S = 5
const SLOWER_BY_S = 5
/** Clocks and networks shake: a poll this much early is in time. */
const TOLERANCE_MS = 1000
const MAX_WAITING = 100
const MAX_USER_AGENT = 200
/** No vowels, so that no word appears; nothing that looks like a digit (RFC 8628 §6.1). 20^8 codes. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const CODE_LENGTH = 8

/** Begins the sign-in of a program without a browser. */
export async function startDevice(
  deps: OauthDeps,
  sent: SentClient,
  asked: { readonly scope: string | undefined; readonly visitor: Visitor },
): Promise<ResponseOf<typeof startDeviceRoute>> {
  const { app } = await admitClient(deps.db, sent)
  if (!app.isPublic) throw refuse('OauthUnauthorizedClient', 'Only public apps sign in by a code.')
  const scopes = asked.scope === undefined ? knownScopes(app.scopes) : readScopes(asked.scope, app.scopes)
  const prefix = addressPrefix(asked.visitor.address)
  const createdAt = deps.clock.now()
  if ((await countWaitingDevices(deps.db, prefix, createdAt)) >= MAX_WAITING) throw refuse('RateLimited')
  const deviceCode = makeLinkSecret()
  const userCode = makeUserCode()
  await deps.write((tx) =>
    insertDevice(tx, {
      id: deps.ids.next(),
      deviceHash: hashSecret(deviceCode),
      userCode,
      appId: app.id,
      scopes,
      state: 'pending',
      grantId: null,
      authAt: null,
      addressPrefix: prefix,
      userAgent: asked.visitor.userAgent.slice(0, MAX_USER_AGENT),
      intervalS: INTERVAL_S,
      lastPolledAt: null,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + LIVES_S * 1000),
    }),
  )
  const page = `${deps.publicUrl()}/oauth/device`
  return {
    device_code: deviceCode,
    user_code: showUserCode(userCode),
    verification_uri: page,
    verification_uri_complete: `${page}?user_code=${showUserCode(userCode)}`,
    expires_in: LIVES_S,
    interval: INTERVAL_S,
  }
}

/** `grant_type=…device_code`: what the waiting program asks every few seconds. */
export async function exchangeDeviceCode(
  deps: OauthDeps,
  sent: SentClient,
  deviceCode: string | undefined,
): Promise<TokenAnswer> {
  if (deviceCode === undefined) throw refuse('OauthInvalidRequest', 'device_code is missing.')
  const client = await admitClient(deps.db, sent)
  const device = await findDeviceByHash(deps.db, hashSecret(deviceCode))
  if (!device || device.appId !== client.app.id || device.state === 'used') throw refuse('OauthInvalidGrant')
  if (device.expiresAt <= deps.clock.now()) throw refuse('OauthExpiredToken')
  if (device.state === 'denied') throw refuse('OauthAccessDenied')
  if (device.state === 'pending') return answerPending(deps, device)
  const grant = device.grantId === null ? null : await findGrantById(deps.db, device.grantId)
  if (!grant) throw refuse('OauthInvalidGrant')
  await demandActive(deps, grant.userId)
  const order: TokenOrder = {
    app: client.app,
    grantId: grant.id,
    userId: grant.userId,
    familyId: deps.ids.next(),
    scopes: knownScopes(device.scopes),
    authAt: device.authAt ?? device.createdAt,
    nonce: null,
  }
  const issued = await deps.write(async (tx) =>
    (await useDevice(tx, device.id)) ? storeTokens(tx, deps, order) : null,
  )
  if (!issued) throw refuse('OauthInvalidGrant')
  return describeTokens(deps, order, issued)
}

async function answerPending(deps: OauthDeps, device: DeviceRow): Promise<never> {
  const lastPolledAt = deps.clock.now()
  const sinceMs = device.lastPolledAt === null ? null : lastPolledAt.getTime() - device.lastPolledAt.getTime()
  const isTooSoon = sinceMs !== null && sinceMs + TOLERANCE_MS < device.intervalS * 1000
  const intervalS = isTooSoon ? device.intervalS + SLOWER_BY_S : device.intervalS
  await deps.write((tx) => notePoll(tx, device.id, { intervalS, lastPolledAt }))
  throw refuse(isTooSoon ? 'OauthSlowDown' : 'OauthAuthorizationPending')
}

/** The request that a typed code belongs to. Guessing is slowed down like guessing a password. */
export async function findDevice(
  deps: OauthDeps,
  person: SignedIn,
  typed: { readonly userCode: string; readonly address: string },
): Promise<DeviceRow> {
  const key = `device ${person.userId}`
  const prefix = addressPrefix(typed.address)
  const waitMs = deps.accounts.throttle.waitMs(key, prefix)
  if (waitMs > 0) throw refuseThrottled(waitMs)
  const letters = typed.userCode.toUpperCase().replace(/[^A-Z]/g, '')
  const device = await findWaitingDevice(deps.db, letters, deps.clock.now())
  if (!device) {
    deps.accounts.throttle.recordFailure(key, prefix)
    throw refuse('DeviceCodeUnknown')
  }
  deps.accounts.throttle.recordSuccess(key, prefix)
  return device
}

/** A person's answer to a waiting program. */
export async function decideDevice(
  deps: OauthDeps,
  device: DeviceRow,
  person: SignedIn,
  decision: { readonly allow: boolean; readonly orgs: OrgChoice },
): Promise<void> {
  const app = await getOauthAppById(deps.db, device.appId)
  const isTaken = await deps.write(async (tx) => {
    if (!decision.allow) return answerDevice(tx, device.id, { state: 'denied', grantId: null, authAt: null })
    const grantId = await extendGrant(tx, deps, { app, scopes: device.scopes, person, orgs: decision.orgs })
    return answerDevice(tx, device.id, { state: 'approved', grantId, authAt: person.authAt })
  })
  if (!isTaken) throw refuse('DeviceCodeUnknown')
  deps.accounts.forgetUser(person.userId)
}

/** `BCDFGHJK` as people read it: `BCDF-GHJK`. */
export function showUserCode(code: string): string {
  return `${code.slice(0, CODE_LENGTH / 2)}-${code.slice(CODE_LENGTH / 2)}`
}

function makeUserCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')
}
