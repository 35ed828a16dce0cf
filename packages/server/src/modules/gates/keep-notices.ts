import type { Db, Tx } from '../../kit/db/database.js'
import type { Kit } from '../../kit/kit.js'
import { deriveKey, seal, unseal } from '../../kit/seal.js'
import { type NoticeMode, type Notices, USUAL_NOTICES } from '../repos/index.js'
import { deleteNotice, findNoticeRow, upsertNotice } from './queries.js'

/** How owners of gated repositories want to be told of those who ask; the addresses they gave are sealed. */
export interface GateNotices {
  find(db: Db | Tx, repoId: string): Promise<Notices>
  /** Null when the owner said nothing. */
  findChosen(db: Db | Tx, repoId: string): Promise<Notices | null>
  set(tx: Tx, repoId: string, notices: Notices): Promise<void>
  forget(tx: Tx, repoId: string): Promise<void>
}

export function createGateNotices({ instanceKey }: Pick<Kit, 'instanceKey'>): GateNotices {
  const sealKey = deriveKey(instanceKey, 'gates-notices')
  const findChosen = async (db: Db | Tx, repoId: string): Promise<Notices | null> => {
    const row = await findNoticeRow(db, repoId)
    if (!row) return null
    const email = row.emailSealed && unseal(sealKey, row.emailSealed, repoId).toString()
    return { mode: row.mode as NoticeMode, email }
  }
  return {
    findChosen,
    find: async (db, repoId) => (await findChosen(db, repoId)) ?? USUAL_NOTICES,
    set: (tx, repoId, { mode, email }) =>
      upsertNotice(tx, repoId, {
        mode,
        emailSealed: email === null ? null : seal(sealKey, Buffer.from(email), repoId),
      }),
    forget: async (tx, repoId) => {
      await deleteNotice(tx, repoId)
    },
  }
}
