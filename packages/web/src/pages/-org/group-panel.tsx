import {
  deleteResourceGroup,
  type ResourceGroupView,
  setResourceGroupSettings,
  updateResourceGroup,
} from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { t } from '../../text/en.js'
import { org as words } from '../../text/en/org.js'
import { Button } from '../../ui/button.js'
import { formClass, SelectField, TextArea, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Row, Section } from '../../ui/page.js'
import { ConfirmByName, SidePanel } from '../../ui/side-panel.js'
import { GroupMembers } from './group-members.js'
import { GroupRepos } from './group-repos.js'
import { type GroupRole, groupRoleOptions } from './group-roles.js'
import { groupsQuery } from './org-queries.js'

type Group = ResourceGroupView

interface Props {
  org: string
  group: Group | undefined
  isAdmin: boolean
  onClose: () => void
}

/** One resource group beside the list: its people, its repositories, who joins by themselves. */
export function GroupPanel({ org, group, isAdmin, onClose }: Props) {
  return (
    <SidePanel isOpen={group !== undefined} onClose={onClose} title={group?.name ?? ''}>
      {group && (
        <>
          {isAdmin ? <Details key={group.id} org={org} group={group} /> : <p>{group.description}</p>}
          <GroupMembers org={org} group={group} isAdmin={isAdmin} />
          <GroupRepos org={org} group={group} isAdmin={isAdmin} />
          {isAdmin && <AutoJoin key={`${group.id} join`} org={org} group={group} />}
          {isAdmin && <DeleteGroup org={org} group={group} onDone={onClose} />}
        </>
      )}
    </SidePanel>
  )
}

function Details({ org, group }: { org: string; group: Group }) {
  const [name, setName] = useState(group.name)
  const [description, setDescription] = useState(group.description ?? '')
  const save = useAct({
    run: () =>
      api.call(updateResourceGroup, {
        params: { name: org, groupId: group.id },
        body: { name: name.trim(), description: description.trim() || null },
      }),
    refresh: [groupsQuery(org).queryKey],
    say: () => words.saved,
  })
  const isSame = name.trim() === group.name && description.trim() === (group.description ?? '')
  return (
    <form
      className={formClass}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <TextField
        label={words.groupName}
        maxLength={96}
        value={name}
        error={save.error?.message}
        onChange={(event) => setName(event.target.value)}
      />
      <TextArea
        label={words.description}
        optional
        maxLength={500}
        value={description}
        onChange={(event) => setDescription(event.target.value)}
      />
      <p>
        <Button type="submit" busy={save.isPending} disabled={isSame || !name.trim()}>
          {t.parts.save}
        </Button>
      </p>
    </form>
  )
}

function AutoJoin({ org, group }: { org: string; group: Group }) {
  const { autoJoin } = group
  const [who, setWho] = useState<'off' | 'all' | 'read'>(autoJoin?.enabled ? (autoJoin.scope ?? 'all') : 'off')
  const [role, setRole] = useState<GroupRole>(autoJoin?.role ?? 'read')
  const save = useAct({
    run: () =>
      api.call(setResourceGroupSettings, {
        params: { name: org, groupId: group.id },
        body: { autoJoin: who === 'off' ? { enabled: false } : { enabled: true, role, scope: who } },
      }),
    refresh: [groupsQuery(org).queryKey],
    say: () => words.saved,
  })
  return (
    <Section title={words.autoJoin}>
      <Row>
        <SelectField
          label={words.autoJoin}
          hideLabel
          value={who}
          options={[
            { value: 'off', label: words.autoJoinOff },
            { value: 'all', label: words.autoJoinAll },
            { value: 'read', label: words.autoJoinRead },
          ]}
          onChange={(event) => setWho(event.target.value as typeof who)}
        />
        {who !== 'off' && (
          <SelectField
            label={words.autoJoinRole}
            hideLabel
            value={role}
            options={groupRoleOptions}
            onChange={(event) => setRole(event.target.value as GroupRole)}
          />
        )}
        <Button busy={save.isPending} onClick={() => save.mutate()}>
          {t.parts.save}
        </Button>
      </Row>
      {save.error && <Notice tone="bad">{save.error.message}</Notice>}
    </Section>
  )
}

function DeleteGroup({ org, group, onDone }: { org: string; group: Group; onDone: () => void }) {
  const [isAsking, setAsking] = useState(false)
  const remove = useAct({
    run: () => api.call(deleteResourceGroup, { params: { name: org, groupId: group.id } }),
    refresh: [groupsQuery(org).queryKey],
    say: () => words.groupDeleted(group.name),
    after: onDone,
  })
  return (
    <>
      {remove.error && (
        <Notice tone="bad" live>
          {remove.error.message}
        </Notice>
      )}
      <p>
        <Button variant="danger" onClick={() => setAsking(true)}>
          {words.deleteGroup}
        </Button>
      </p>
      <ConfirmByName
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={words.deleteGroupTitle(group.name)}
        text={words.deleteGroupHelp}
        verb={words.deleteGroup}
        busy={remove.isPending}
        onConfirm={() => {
          setAsking(false)
          remove.mutate()
        }}
      />
    </>
  )
}
