import type { Tx } from '../../kit/db/database.js'
import type { AccountsDeps } from './deps.js'
import { deleteSessionsOf } from './queries/credentials.js'

/** Ends every session of a user but for one, and with them whoever has shown only the first factor. */
export async function endSessionsOf(
  tx: Tx,
  deps: Pick<AccountsDeps, 'secondFactors'>,
  userId: string,
  exceptSessionId?: string,
): Promise<void> {
  await deleteSessionsOf(tx, userId, exceptSessionId)
  await deps.secondFactors().endHalves(tx, userId)
}
