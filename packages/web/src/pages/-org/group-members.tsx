import { addGroupMembers, removeGroupMember, type ResourceGroupView, setGroupMemberRole } from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { t } from '../../text/en.js'
import { org as words } from '../../text/en/org.js'
import { AccountName } from '../../ui/account-name.js'
import { Button, IconButton } from '../../ui/button.js'
import { formClass, SelectField, TextField } from '../../ui/field.js'
import { IconX } from '../../ui/icons.js'
import { Notice } from '../../ui/notice.js'
import { Row, Section } from '../../ui/page.js'
import { type GroupRole, groupRoleOptions } from './group-roles.js'
import { groupsQuery } from './org-queries.js'

interface Props {
  org: string
  group: ResourceGroupView
  isAdmin: boolean
}

/** Who is in a group, and with which role. */
export function GroupMembers({ org, group, isAdmin }: Props) {
  const byGroup = { name: org, groupId: group.id }
  const refresh = [groupsQuery(org).queryKey]
  const change = useAct({
    run: ({ user, role }: { user: string; role: GroupRole }) =>
      api.call(setGroupMemberRole, { params: { ...byGroup, user }, body: { role } }),
    refresh,
    say: () => words.saved,
  })
  const remove = useAct({
    run: (user: string) => api.call(removeGroupMember, { params: { ...byGroup, user } }),
    refresh,
    say: () => words.saved,
  })
  const error = change.error ?? remove.error
  return (
    <Section title={words.groupMembers}>
      {group.users.length === 0 && <p className="muted">{words.noGroupMembers}</p>}
      {group.users.map((user) => (
        <Row key={user.name}>
          <AccountName name={user.name} src={user.avatarUrl} />
          {isAdmin ? (
            <>
              <SelectField
                label={`${words.role}: ${user.name}`}
                hideLabel
                dense
                value={user.role}
                options={groupRoleOptions}
                onChange={(event) => change.mutate({ user: user.name, role: event.target.value as GroupRole })}
              />
              <IconButton label={`${words.remove} ${user.name}`} size="dense" onClick={() => remove.mutate(user.name)}>
                <IconX size={16} stroke={1.75} aria-hidden />
              </IconButton>
            </>
          ) : (
            <span className="muted">{t.account.memberRole[user.role]}</span>
          )}
        </Row>
      ))}
      {error && <Notice tone="bad">{error.message}</Notice>}
      {isAdmin && <AddToGroup org={org} group={group} />}
    </Section>
  )
}

function AddToGroup({ org, group }: { org: string; group: ResourceGroupView }) {
  const [user, setUser] = useState('')
  const [role, setRole] = useState<GroupRole>('read')
  const add = useAct({
    run: () =>
      api.call(addGroupMembers, {
        params: { name: org, groupId: group.id },
        body: { users: [{ user: user.trim(), role }] },
      }),
    refresh: [groupsQuery(org).queryKey],
    say: () => words.saved,
    after: () => setUser(''),
  })
  return (
    <form
      className={formClass}
      onSubmit={(event) => {
        event.preventDefault()
        if (user.trim()) add.mutate()
      }}
    >
      <TextField
        label={words.userName}
        autoComplete="off"
        value={user}
        error={add.error?.message}
        onChange={(event) => setUser(event.target.value)}
      />
      <Row>
        <SelectField
          label={words.role}
          hideLabel
          value={role}
          options={groupRoleOptions}
          onChange={(event) => setRole(event.target.value as GroupRole)}
        />
        <Button type="submit" busy={add.isPending} disabled={!user.trim()}>
          {words.addToGroup}
        </Button>
      </Row>
    </form>
  )
}
