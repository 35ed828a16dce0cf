import { t } from '../../text/en.js'

const GROUP_ROLES = ['admin', 'write', 'contributor', 'read'] as const
export type GroupRole = (typeof GROUP_ROLES)[number]
export const groupRoleOptions = GROUP_ROLES.map((role) => ({ value: role, label: t.account.memberRole[role] }))
