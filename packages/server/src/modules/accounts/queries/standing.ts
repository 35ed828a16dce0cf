import { sql } from 'kysely'
import type { Db, Tx } from '../../../kit/db/database.js'
import type { PlatformDuty } from '../../../kit/http/actor.js'

/** What somebody is for the platform, beside being its owner. */
export interface Standing {
  readonly duties: readonly PlatformDuty[]
  /** Organisations opened in an emergency, until now not closed again. */
  readonly brokenGlass: readonly string[]
}

export async function findStanding(db: Db | Tx, userId: string, now: Date): Promise<Standing> {
  const { rows } = await sql<{ duties: PlatformDuty[]; brokenGlass: string[] }>`
    select
      array(select duty from accounts.platform_duties where user_id = ${userId} order by duty) as duties,
      array(select distinct org_id from accounts.break_glass
            where user_id = ${userId} and expires_at > ${now}) as broken_glass`.execute(db)
  return rows[0] ?? { duties: [], brokenGlass: [] }
}
