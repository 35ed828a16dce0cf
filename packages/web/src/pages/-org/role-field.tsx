import { t } from '../../text/en.js'
import { org as words } from '../../text/en/org.js'
import { ChoiceField } from '../../ui/field.js'
import { type MemberRole, ROLES } from './org-queries.js'

/** What a member may do, each role with its meaning. */
export function RoleField({ value, onChange }: { value: MemberRole; onChange: (role: MemberRole) => void }) {
  return (
    <ChoiceField
      legend={words.role}
      name="role"
      value={value}
      onChange={onChange}
      choices={ROLES.map((role) => ({ value: role, label: t.account.memberRole[role], help: words.roleHelp[role] }))}
    />
  )
}
