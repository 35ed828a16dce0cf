import type { Db, Tx } from '../../../kit/db/database.js'

/** An account with what only users have. */
export interface AccountRow {
  readonly id: string
  readonly kind: 'user' | 'org' | 'service'
  readonly name: string
  readonly fullname: string
  readonly avatarUrl: string | null
  readonly website: string | null
  readonly details: string | null
  readonly plan: string
  readonly billingMode: 'prepaid' | 'postpaid'
  readonly defaultPrivate: boolean
  readonly state: 'active' | 'suspended' | 'removed'
  readonly createdAt: Date
  readonly email: string | null
  readonly emailVerifiedAt: Date | null
  readonly isAdmin: boolean
  readonly verifiedAt: Date | null
  /** Null unless it is suspended. */
  readonly suspendedReason: string | null
  /** Since when a second factor is asked for; null without one. */
  readonly mfaSince: Date | null
  /** Of an organisation: members without a second factor see nothing private. */
  readonly requiresMfa: boolean
}

export type AccountPatch = Partial<
  Pick<
    AccountRow,
    | 'fullname'
    | 'avatarUrl'
    | 'website'
    | 'details'
    | 'plan'
    | 'billingMode'
    | 'defaultPrivate'
    | 'state'
    | 'verifiedAt'
    | 'suspendedReason'
    | 'requiresMfa'
  >
>
export type UserPatch = Partial<Pick<AccountRow, 'email' | 'emailVerifiedAt' | 'isAdmin' | 'mfaSince'>>

function selectAccounts(db: Db | Tx) {
  return db
    .selectFrom('accounts.accounts as a')
    .leftJoin('accounts.users as u', 'u.accountId', 'a.id')
    .select([
      'a.id',
      'a.kind',
      'a.name',
      'a.fullname',
      'a.avatarUrl',
      'a.website',
      'a.details',
      'a.plan',
      'a.billingMode',
      'a.defaultPrivate',
      'a.state',
      'a.createdAt',
      'a.verifiedAt',
      'a.suspendedReason',
      'a.requiresMfa',
      'u.email',
      'u.emailVerifiedAt',
      'u.isAdmin',
      'u.mfaSince',
    ])
}

type SelectedRow = Awaited<ReturnType<ReturnType<typeof selectAccounts>['execute']>>[number]

/** The table's checks keep `kind`, `state` and `billing_mode` in these words. */
function toRow(row: SelectedRow): AccountRow {
  return {
    ...row,
    kind: row.kind as AccountRow['kind'],
    state: row.state as AccountRow['state'],
    billingMode: row.billingMode as AccountRow['billingMode'],
    isAdmin: row.isAdmin ?? false,
  }
}

/** Whatever its state; the caller decides what a suspended or removed one means. */
export async function findAccountRow(db: Db | Tx, name: string): Promise<AccountRow | null> {
  const row = await selectAccounts(db)
    .where((eb) => eb(eb.fn('lower', ['a.name']), '=', name.toLowerCase()))
    .executeTakeFirst()
  return row ? toRow(row) : null
}

export async function findAccountRowById(db: Db | Tx, id: string): Promise<AccountRow | null> {
  const row = await selectAccounts(db).where('a.id', '=', id).executeTakeFirst()
  return row ? toRow(row) : null
}

/** By name. */
export async function listAccountRowsById(db: Db | Tx, ids: readonly string[]): Promise<AccountRow[]> {
  if (ids.length === 0) return []
  return (
    await selectAccounts(db)
      .where('a.id', 'in', [...ids])
      .orderBy((eb) => eb.fn('lower', ['a.name']))
      .execute()
  ).map(toRow)
}

/** Every account of a kind that was not removed, by name; for the export. */
export async function listAccountRows(db: Db | Tx, kind: 'user' | 'org'): Promise<AccountRow[]> {
  const rows = await selectAccounts(db)
    .where('a.kind', '=', kind)
    .where('a.state', '!=', 'removed')
    .orderBy('a.name')
    .execute()
  return rows.map(toRow)
}

/** Accounts by name, after one; `search` matches a part of the name or the beginning of the address. */
export async function pageAccountRows(
  db: Db | Tx,
  page: {
    readonly search?: string | undefined
    readonly kind?: string | undefined
    readonly state?: string | undefined
    readonly after?: string | undefined
    readonly limit: number
  },
): Promise<AccountRow[]> {
  let query = selectAccounts(db)
    .orderBy((eb) => eb.fn('lower', ['a.name']))
    .limit(page.limit)
  if (page.kind !== undefined) query = query.where('a.kind', '=', page.kind)
  if (page.state !== undefined) query = query.where('a.state', '=', page.state)
  const { after, search } = page
  if (after !== undefined) query = query.where((eb) => eb(eb.fn('lower', ['a.name']), '>', after.toLowerCase()))
  if (search !== undefined && search !== '') {
    const text = search.toLowerCase().replaceAll('\0', '')
    query = query.where((eb) =>
      eb.or([
        eb(eb.fn<number>('strpos', [eb.fn('lower', ['a.name']), eb.val(text)]), '>', 0),
        eb(eb.fn<boolean>('starts_with', [eb.fn('lower', ['u.email']), eb.val(text)]), '=', true),
      ]),
    )
  }
  return (await query.execute()).map(toRow)
}

/** The active user who verified an address; whoever only claims it is nobody. */
export async function findUserByVerifiedEmail(db: Db | Tx, email: string): Promise<AccountRow | null> {
  const row = await selectAccounts(db)
    .where((eb) => eb(eb.fn('lower', ['u.email']), '=', email.toLowerCase()))
    .where('u.emailVerifiedAt', 'is not', null)
    .where('a.state', '=', 'active')
    .executeTakeFirst()
  return row ? toRow(row) : null
}

/** Users who only claim an address that this one has verified. */
export async function listClaimsOf(db: Db | Tx, email: string, exceptUserId: string): Promise<AccountRow[]> {
  const rows = await selectAccounts(db)
    .where((eb) => eb(eb.fn('lower', ['u.email']), '=', email.toLowerCase()))
    .where('u.emailVerifiedAt', 'is', null)
    .where('a.id', '!=', exceptUserId)
    .execute()
  return rows.map(toRow)
}

export async function insertAccount(
  tx: Tx,
  account: Pick<AccountRow, 'id' | 'kind' | 'name' | 'fullname' | 'createdAt'> & AccountPatch,
): Promise<void> {
  await tx
    .insertInto('accounts.accounts')
    .values({ ...account, updatedAt: account.createdAt })
    .execute()
}

export async function insertUser(tx: Tx, userId: string, user: UserPatch): Promise<void> {
  await tx
    .insertInto('accounts.users')
    .values({ ...user, accountId: userId })
    .execute()
}

export async function updateAccount(tx: Tx, id: string, patch: AccountPatch, now: Date): Promise<void> {
  await tx
    .updateTable('accounts.accounts')
    .set({ ...patch, updatedAt: now })
    .where('id', '=', id)
    .execute()
}

export async function updateUser(tx: Tx, userId: string, patch: UserPatch): Promise<void> {
  if (Object.keys(patch).length === 0) return
  await tx.updateTable('accounts.users').set(patch).where('accountId', '=', userId).execute()
}

/** Whether another user than this one has verified the address. */
export async function isEmailTaken(db: Db | Tx, email: string, exceptUserId: string | null): Promise<boolean> {
  const row = await db
    .selectFrom('accounts.users')
    .select('accountId')
    .where((eb) => eb(eb.fn('lower', ['email']), '=', email.toLowerCase()))
    .where('emailVerifiedAt', 'is not', null)
    .where('accountId', '!=', exceptUserId ?? '')
    .executeTakeFirst()
  return row !== undefined
}

/** Whoever has verified this address and was not removed; their id. */
export async function findVerifiedHolder(db: Db | Tx, email: string): Promise<string | null> {
  const row = await db
    .selectFrom('accounts.users as u')
    .innerJoin('accounts.accounts as a', 'a.id', 'u.accountId')
    .select('u.accountId')
    .where((eb) => eb(eb.fn('lower', ['u.email']), '=', email.toLowerCase()))
    .where('u.emailVerifiedAt', 'is not', null)
    .where('a.state', '!=', 'removed')
    .executeTakeFirst()
  return row?.accountId ?? null
}

/** Active admins of the platform, except one. */
export async function countAdmins(db: Db | Tx, exceptUserId = ''): Promise<number> {
  const row = await db
    .selectFrom('accounts.users as u')
    .innerJoin('accounts.accounts as a', 'a.id', 'u.accountId')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('u.isAdmin', '=', true)
    .where('a.state', '=', 'active')
    .where('u.accountId', '!=', exceptUserId)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** The active admin who joined first. */
export async function findFirstAdmin(db: Db | Tx): Promise<string | null> {
  const row = await db
    .selectFrom('accounts.users as u')
    .innerJoin('accounts.accounts as a', 'a.id', 'u.accountId')
    .select('a.id')
    .where('u.isAdmin', '=', true)
    .where('a.state', '=', 'active')
    .orderBy('a.createdAt')
    .executeTakeFirst()
  return row?.id ?? null
}

/** Locks an organisation's row, so that two removals cannot both find the other admin still there. */
export async function lockAccount(tx: Tx, id: string): Promise<void> {
  await tx.selectFrom('accounts.accounts').select('id').where('id', '=', id).forUpdate().execute()
}

/** Gives an account another id; its own tables follow. Only test manifests ask for it, before anything else refers to the account. */
export async function changeAccountId(tx: Tx, from: string, to: string): Promise<void> {
  await tx.updateTable('accounts.accounts').set({ id: to }).where('id', '=', from).execute()
}
