import type { Db, Tx } from '../../../kit/db/database.js'
import type { Role } from '../../../kit/http/actor.js'

export interface ServiceRow {
  readonly id: string
  readonly name: string
  readonly fullname: string
  readonly details: string | null
  readonly role: Role
  readonly createdAt: Date
}

function selectServices(db: Db | Tx, orgId: string) {
  return db
    .selectFrom('accounts.serviceAccounts as s')
    .innerJoin('accounts.accounts as a', 'a.id', 's.accountId')
    .leftJoin('accounts.memberships as m', (join) =>
      join.onRef('m.userId', '=', 'a.id').onRef('m.orgId', '=', 's.orgId'),
    )
    .select(['a.id', 'a.name', 'a.fullname', 'a.details', 'm.role', 's.createdAt'])
    .where('s.orgId', '=', orgId)
    .where('a.state', '!=', 'removed')
    .orderBy((eb) => eb.fn('lower', ['a.name']))
}

type SelectedRow = Awaited<ReturnType<ReturnType<typeof selectServices>['execute']>>[number]
const toService = (row: SelectedRow): ServiceRow => ({ ...row, role: (row.role ?? 'no_access') as Role })

export async function listServices(db: Db | Tx, orgId: string): Promise<ServiceRow[]> {
  return (await selectServices(db, orgId).execute()).map(toService)
}

export async function findService(db: Db | Tx, orgId: string, id: string): Promise<ServiceRow | null> {
  const row = await selectServices(db, orgId).where('a.id', '=', id).executeTakeFirst()
  return row ? toService(row) : null
}

export async function insertService(
  tx: Tx,
  service: { accountId: string; orgId: string; createdBy: string | null; createdAt: Date },
): Promise<void> {
  await tx.insertInto('accounts.serviceAccounts').values(service).execute()
}
