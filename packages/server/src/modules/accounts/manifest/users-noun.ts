import { endSessionsOf } from '../end-sessions.js'
import { PLATFORM_DUTIES, platformDuty } from '@stoa/contracts'
import { z } from 'zod'
import {
  type Change,
  describeDifference,
  itemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../../../kit/manifest/noun.js'
import type { Tx } from '../../../kit/db/database.js'
import { createUser } from '../create-account.js'
import { makeLink } from '../one-time-links.js'
import { checkPassword, hashPassword, verifyPassword } from '../password.js'
import {
  type AccountRow,
  changeAccountId,
  countAdmins,
  findAccountRow,
  findAccountRowById,
  isEmailTaken,
  listAccountRows,
  updateAccount,
  updateUser,
} from '../queries/accounts.js'
import { dutiesOf, setPlatformDuties } from '../platform/duties.js'
import { listDuties } from '../queries/standing.js'
import { findPasswordHash, listTokenRows, upsertPassword } from '../queries/credentials.js'
import { differingFacts, recordAccount, recordSignIn } from '../record-change.js'
import { removeAccount } from '../remove-account.js'
import { applySessions, applyTokens } from './apply-credentials.js'
import type { NounDeps } from './noun-deps.js'
import { type TokenItem, tokenItem } from './token-item.js'

const user = z.strictObject({
  name: z.string().min(1).max(96),
  fullname: z.string().trim().min(1).max(120).optional(),
  email: z.email().max(254).optional(),
  password: z.string().max(200).optional(),
  admin: z.boolean().optional(),
  /** What they do for the platform, beside `admin`. */
  duties: z
    .array(platformDuty.exclude(['owner']))
    .max(PLATFORM_DUTIES.length)
    .optional(),
  website: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional(),
  details: z.string().max(2000).optional(),
  tokens: z.array(tokenItem).max(200).optional(),
  sessions: z.array(z.string().min(4).max(200)).max(50).optional(),
  id: z
    .string()
    .regex(/^[0-9a-f]{24}$/, '24 lower-case hex digits')
    .optional(),
  avatarUrl: z.string().max(300).optional(),
  billingMode: z.enum(['prepaid', 'postpaid']).optional(),
  emailVerified: z.boolean().optional(),
})
export type UserItem = z.output<typeof user>

/** What only a test server may be told. */
const LENIENT_KEYS = ['id', 'sessions', 'avatarUrl', 'billingMode', 'emailVerified'] as const

interface PreparedUser {
  /** A new hash to store; null when the password is right already or none is given. */
  readonly passwordHash: string | null
}

/** `users:` of a manifest. */
export function createUsersNoun(deps: NounDeps): ManifestNoun<UserItem, PreparedUser> {
  return {
    key: 'users',
    identity: ['name'],
    schema: user,
    prepare: (item, context) => preparePassword(deps, item, context),
    apply: (tx, item, context, prepared) => applyUser(tx, deps, { item, context, prepared }),
    remove: async (tx, item, context) => {
      const row = await findAccountRow(tx, item.name)
      if (!row || row.state === 'removed') return null
      if (row.kind !== 'user') throw itemProblem(['name'], `${row.name} is an organisation`)
      await removeAccount(tx, deps, row)
      context.afterCommit(deps.forgetAll)
      return { kind: 'remove', subject: `user ${row.name}`, text: '' }
    },
    export: async (db) => {
      const items: UserItem[] = []
      for (const row of await listAccountRows(db, 'user')) items.push(await exportUser(deps, row))
      return items
    },
  }
}

async function preparePassword(deps: NounDeps, item: UserItem, context: ManifestContext): Promise<PreparedUser> {
  checkLenientKeys(item, context)
  const { password, name } = item
  if (password === undefined) return { passwordHash: null }
  if (!context.lenient) await checkPassword(password, [name, item.fullname, item.email])
  const row = await findAccountRow(deps.db, name)
  const stored = row ? await findPasswordHash(deps.db, row.id) : null
  const isRight = stored !== null && (await verifyPassword(stored, password))
  return { passwordHash: isRight ? null : await hashPassword(password) }
}

function checkLenientKeys(item: UserItem, context: ManifestContext): void {
  if (context.lenient) return
  for (const key of LENIENT_KEYS) {
    if (item[key] !== undefined) throw itemProblem([key], 'only allowed with lenient: true (test servers)')
  }
  const literal = item.tokens?.findIndex((one) => one.value !== undefined) ?? -1
  if (literal >= 0) throw itemProblem(['tokens', literal, 'value'], 'only allowed with lenient: true (test servers)')
}

interface UserWork {
  readonly item: UserItem
  readonly context: ManifestContext
  readonly prepared: PreparedUser
}

async function applyUser(tx: Tx, deps: NounDeps, work: UserWork): Promise<Change | null> {
  const before = await findAccountRow(tx, work.item.name)
  if (before?.state === 'removed')
    throw itemProblem(['name'], 'the name of a removed account; names are not given again')
  if (before && before.kind !== 'user') throw itemProblem(['name'], `${before.name} is an organisation`)
  work.context.afterCommit(deps.forgetAll)
  return before ? changeUser(tx, deps, before, work) : addUser(tx, deps, work)
}

async function addUser(tx: Tx, deps: NounDeps, { item, context, prepared }: UserWork): Promise<Change> {
  const { name, fullname, email, id } = item
  const userId = await createUser(tx, deps, {
    name,
    fullname,
    email,
    id,
    isLenient: context.lenient,
    isEmailVerified: item.emailVerified ?? true,
    isAdmin: item.admin ?? false,
    patch: profileOf(item),
  })
  if (prepared.passwordHash) await upsertPassword(tx, userId, prepared.passwordHash, context.now)
  else if (!context.lenient) {
    context.reveal(`link to set the password of ${name}`, await makeLink(tx, deps, { purpose: 'set_password', userId }))
  }
  await applyTokens(tx, deps, { userId, name, tokens: item.tokens ?? [], context })
  await applySessions(tx, deps, { userId, sessions: item.sessions ?? [], now: context.now })
  await applyDuties(tx, deps, userId, item)
  return { kind: 'create', subject: `user ${name}`, text: item.admin ? 'admin' : '' }
}

async function changeUser(tx: Tx, deps: NounDeps, before: AccountRow, work: UserWork): Promise<Change | null> {
  const { item, context, prepared } = work
  const texts = [describeDifference(stateOf(before), { ...profileOf(item), ...identityOf(item, before) })]
  if (item.admin === false && before.isAdmin && (await countAdmins(tx, before.id)) === 0) {
    throw itemProblem(['admin'], `${before.name} is the only admin; name another one first`)
  }
  if (texts[0] !== '') {
    await updateAccount(tx, before.id, profileOf(item), context.now)
    await changeIdentity(tx, before, work)
    const wanted = { ...profileOf(item), ...identityOf(item, before) }
    const { isSame: _, ...facts } = differingFacts(before, stateOf(before), wanted)
    await recordAccount(tx, deps, before, { action: 'user.update', ...facts })
  }
  if (prepared.passwordHash) {
    await upsertPassword(tx, before.id, prepared.passwordHash, context.now)
    await endSessionsOf(tx, deps, before.id)
    await recordSignIn(tx, deps, before.id, { action: 'auth.password.set' })
    texts.push('password *** → ***')
  }
  let userId = before.id
  if (item.id !== undefined && item.id !== before.id) {
    await changeAccountId(tx, before.id, item.id)
    for (const id of [before.id, item.id]) {
      await recordSignIn(tx, deps, id, { action: 'user.update', after: { id: item.id } })
    }
    userId = item.id
    texts.push(`id ${before.id} → ${item.id}`)
  }
  texts.push(...(await applyTokens(tx, deps, { userId, name: before.name, tokens: item.tokens ?? [], context })))
  texts.push(...(await applySessions(tx, deps, { userId, sessions: item.sessions ?? [], now: context.now })))
  texts.push(await applyDuties(tx, deps, userId, item))
  const text = texts.filter((one) => one !== '').join(', ')
  return text === '' ? null : { kind: 'update', subject: `user ${before.name}`, text }
}

/** Makes the named duties so; what changed, in words. `admin` stands beside them and is not touched. */
async function applyDuties(tx: Tx, deps: NounDeps, userId: string, { duties }: UserItem): Promise<string> {
  const user = duties === undefined ? null : await findAccountRowById(tx, userId)
  if (duties === undefined || !user) return ''
  const before = await dutiesOf(tx, user)
  const wanted = [...(user.isAdmin ? (['owner'] as const) : []), ...duties].sort()
  if (wanted.join() === before.join()) return ''
  await setPlatformDuties(tx, deps, user, { duties: wanted, byId: null })
  return `duties ${before.join('+') || 'none'} → ${wanted.join('+') || 'none'}`
}

/** The columns of the profile that the item names. */
function profileOf(item: UserItem) {
  const { fullname, website, details, avatarUrl, billingMode } = item
  const named = { fullname, website, details, avatarUrl, billingMode }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
}

/** What of the person's identity the item names; an address given by an admin counts as verified. */
function identityOf(item: UserItem, before: AccountRow) {
  const wantsVerified = item.emailVerified ?? (item.email === undefined ? undefined : true)
  const email =
    item.email !== undefined && item.email.toLowerCase() === before.email?.toLowerCase() ? undefined : item.email
  return { email, emailVerified: wantsVerified, admin: item.admin }
}

function stateOf(row: AccountRow) {
  return { ...row, emailVerified: row.emailVerifiedAt !== null, admin: row.isAdmin }
}

async function changeIdentity(tx: Tx, before: AccountRow, { item, context }: UserWork): Promise<void> {
  const { email, emailVerified, admin } = identityOf(item, before)
  const address = email ?? before.email
  if (emailVerified && address !== null && (await isEmailTaken(tx, address, before.id))) {
    throw itemProblem(['email'], 'another account has verified this address')
  }
  await updateUser(tx, before.id, {
    ...(email === undefined ? {} : { email }),
    ...(emailVerified === undefined
      ? {}
      : { emailVerifiedAt: emailVerified ? (before.emailVerifiedAt ?? context.now) : null }),
    ...(admin === undefined ? {} : { isAdmin: admin }),
  })
}

async function exportUser(deps: NounDeps, row: AccountRow): Promise<UserItem> {
  const tokens = (await listTokenRows(deps.db, row.id)).map(
    (one): TokenItem => ({
      name: one.name,
      role: one.role,
      ...(one.role === 'fineGrained' ? { scopes: one.scopes as TokenItem['scopes'] } : {}),
      ...(one.expiresAt ? { expiresAt: one.expiresAt.toISOString() } : {}),
    }),
  )
  const duties = ((await listDuties(deps.db, [row.id])).get(row.id) ?? []) as NonNullable<UserItem['duties']>
  const lenient = deps.settings.isLenient()
    ? {
        id: row.id,
        avatarUrl: row.avatarUrl ?? undefined,
        billingMode: row.billingMode,
        emailVerified: row.emailVerifiedAt !== null,
      }
    : {}
  // An unverified address is only a claim; applied by an admin it would become a fact.
  const email = row.emailVerifiedAt !== null || deps.settings.isLenient() ? (row.email ?? undefined) : undefined
  return {
    name: row.name,
    fullname: row.fullname,
    email,
    admin: row.isAdmin || undefined,
    duties: duties.length > 0 ? duties : undefined,
    website: row.website || undefined,
    details: row.details || undefined,
    tokens: tokens.length > 0 ? tokens : undefined,
    ...lenient,
  }
}
