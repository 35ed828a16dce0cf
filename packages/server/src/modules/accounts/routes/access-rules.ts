import { type AccessRule, listAccessRules } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { ACCOUNT_RULES, type AccountRule, PLATFORM_RULES } from '../authz/actions.js'
import { REPO_RULES } from '../authz/can.js'

/** Who may do what: the tables that `can` decides by, as they are. */
export function bindAccessRules(http: Http): void {
  const repos = Object.entries(REPO_RULES).map(
    ([action, { role }]): AccessRule => ({ action, role, duties: [], platform: ['owner'] }),
  )
  const orgs = Object.entries<AccountRule>(ACCOUNT_RULES).map(
    ([action, { role, duties, platform }]): AccessRule => ({
      action,
      role,
      duties: [...duties],
      platform: [...platform],
    }),
  )
  const platform = Object.entries(PLATFORM_RULES).map(
    ([action, { duties }]): AccessRule => ({ action, role: null, duties: [], platform: [...duties] }),
  )
  http.scope('stoa').bind(listAccessRules, async () => ({ repos, orgs, platform }))
}
