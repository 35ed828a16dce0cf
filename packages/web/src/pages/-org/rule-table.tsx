import type { AccessRule } from '@stoa/contracts'
import { t } from '../../text/en.js'
import { org as words } from '../../text/en/org.js'
import { type Column, DataTable } from '../../ui/data-table.js'
import { IconCheck } from '../../ui/icons.js'
import { Section } from '../../ui/page.js'
import { type MemberRole, ROLES } from './org-queries.js'

/** Strongest first, as `ROLES` is: a role may what every weaker one may. */
const mayDo = (rule: AccessRule, role: MemberRole): boolean =>
  rule.role !== null && ROLES.indexOf(role) <= ROLES.indexOf(rule.role)

const roleColumn = (role: MemberRole): Column<AccessRule> => ({
  id: role,
  head: t.account.memberRole[role],
  cell: (rule) =>
    mayDo(rule, role) ? (
      <IconCheck size={16} stroke={1.75} aria-label={words.yes} role="img" />
    ) : (
      <span className="visually-hidden">{words.no}</span>
    ),
  value: (rule) => (mayDo(rule, role) ? words.yes : words.no),
})

/** Actions down, roles across; duties that may as well at the end. */
export function RuleTable({ title, rules }: { title: string; rules: readonly AccessRule[] }) {
  return (
    <Section title={title}>
      <DataTable
        name={title}
        rows={rules}
        rowKey={(rule) => rule.action}
        columns={[
          {
            id: 'action',
            head: words.action,
            cell: (rule) => <span title={rule.action}>{words.actions[rule.action] ?? rule.action}</span>,
            value: (rule) => rule.action,
          },
          ...ROLES.map(roleColumn),
          {
            id: 'duties',
            head: words.alsoDuties,
            cell: (rule) => rule.duties.map((duty) => words.dutyName[duty]).join(', '),
            value: (rule) => rule.duties.join(' '),
          },
        ]}
      />
    </Section>
  )
}
