import type { OrgDuty, PlatformDuty, Role } from '../../../kit/http/actor.js'

/** What may be done with a repository or bucket. Each contains those before it, `repo.logs` stands beside them. */
export type RepoAction = 'repo.see' | 'repo.read' | 'repo.write' | 'repo.admin' | 'repo.logs'

/** What may be done with an account: one's own or an organisation's. */
export type AccountAction = keyof typeof ACCOUNT_RULES

/** What may be done with the platform as a whole. */
export type PlatformAction = keyof typeof PLATFORM_RULES

export type Action = RepoAction | AccountAction | PlatformAction

export interface AccountRule {
  /** The weakest role that may; null when no role does. */
  readonly role: Role | null
  /** Duties in the organisation that may as well. */
  readonly duties: readonly OrgDuty[]
  /** Platform duties that may as well, in every account. */
  readonly platform: readonly PlatformDuty[]
  /** What a credential must let through; null asks nothing of it. */
  readonly permission: string | null
  /** Changes something: not for impersonation, nor while a policy waits. */
  readonly writes: boolean
}

const accountRule = (rule: Partial<AccountRule>): AccountRule => ({
  role: null,
  duties: [],
  platform: [],
  permission: null,
  writes: false,
  ...rule,
})

const OWNER: readonly PlatformDuty[] = ['owner']

export const ACCOUNT_RULES = {
  /** To see what only members see: roles, storage. */
  'org.read': accountRule({
    role: 'no_access',
    platform: ['owner', 'support', 'trust_lead'],
    permission: 'org.read',
  }),
  /** To see what an organisation stores. */
  'org.content.list': accountRule({ role: 'no_access', platform: OWNER, permission: 'org.read' }),
  /** To see how much an account stores. */
  'storage.read': accountRule({ role: 'read', platform: OWNER, permission: 'org.read' }),
  'org.manage': accountRule({ role: 'admin', permission: 'org.write', writes: true }),
  /** To see groups, service accounts and settings without changing them. */
  'org.settings.read': accountRule({ role: 'admin', permission: 'org.read' }),
  'org.leave': accountRule({ role: 'no_access', permission: 'org.write', writes: true }),
  'org.audit.read': accountRule({
    role: 'admin',
    duties: ['auditor'],
    platform: ['owner', 'auditor'],
    permission: 'org.read',
  }),
  'repo.create': accountRule({ role: 'contributor', platform: OWNER, permission: 'repo.write', writes: true }),
  'money.see': accountRule({ role: 'write', duties: ['billing'], platform: OWNER, permission: 'billing.read' }),
  'money.manage': accountRule({
    role: 'admin',
    duties: ['billing'],
    platform: OWNER,
    permission: 'billing.write',
    writes: true,
  }),
  /** To let the account pay for calls. */
  'money.spend': accountRule({ role: 'write', writes: true }),
  'inference.call': accountRule({ role: 'write', permission: 'inference.serverless.write', writes: true }),
  'profile.write': accountRule({ role: 'admin', permission: 'profile.write', writes: true }),
} as const

export const PLATFORM_RULES = {
  'platform.accounts.read': {
    duties: ['owner', 'operator', 'trust_lead', 'moderator', 'support', 'auditor'],
    writes: false,
  },
  'platform.accounts.suspend': { duties: ['owner', 'trust_lead'], writes: true },
  'platform.accounts.verify': { duties: ['owner', 'verifier'], writes: true },
  'platform.duties.manage': { duties: OWNER, writes: true },
  /** To say which directories people sign in through, and which duties follow from their groups. */
  'platform.directories': { duties: OWNER, writes: true },
  'platform.impersonate': { duties: ['owner', 'support'], writes: true },
  /** To let somebody in again who lost their password. */
  'platform.links': { duties: OWNER, writes: true },
  /** To see who opened what in an emergency. */
  'platform.break_glass.list': { duties: ['owner', 'operator', 'trust_lead', 'auditor'], writes: false },
  'platform.break_glass': { duties: ['operator', 'trust_lead'], writes: true },
  'platform.fees': { duties: OWNER, writes: true },
  'platform.ledger.read': { duties: OWNER, writes: false },
  'platform.audit.read': { duties: ['owner', 'auditor'], writes: false },
} as const satisfies Record<string, { duties: readonly PlatformDuty[]; writes: boolean }>
