import type { SignOns } from '../../accounts/index.js'
import type { FederationDeps } from '../deps.js'
import { findConnection } from '../queries/connections.js'
import { listUnmetOrgs } from '../queries/policies.js'
import { copySignOns, upsertSignOn } from '../queries/sign-ons.js'

const PREFIX = 'sso:'

/** How a session that was opened after a sign-on says so; it is on the record of the sign-in too. */
export const factorsOf = (connectionId: string): string[] => ['sso', PREFIX + connectionId]

/** Enforcement: which organisations show nothing private to a credential, and where credentials come from. */
export function createSignOns(deps: Pick<FederationDeps, 'clock'>): SignOns {
  return {
    listUnmet: async (db, claim) => new Set(await listUnmetOrgs(db, claim, deps.clock.now())),
    noteSession: async (tx, { id, userId, factors }) => {
      const connectionId = factors.find((factor) => factor.startsWith(PREFIX))?.slice(PREFIX.length)
      if (connectionId === undefined || !(await findConnection(tx, connectionId))) return
      await upsertSignOn(tx, { kind: 'session', id, connectionId, userId, at: deps.clock.now() })
    },
    noteMade: (tx, made, { sessionId }) => copySignOns(tx, sessionId, made, deps.clock.now()),
  }
}
