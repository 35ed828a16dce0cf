import { type GroupMapping, type ProvisioningView, provisioning } from '@stoa/contracts'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { t } from '../../text/en.js'
import { provisioning as words } from '../../text/en/provisioning.js'
import { Button } from '../../ui/button.js'
import { formClass, SelectField, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, Row, Section, Stack } from '../../ui/page.js'
import { groupsQuery, type MemberRole, ROLES } from '../-org/org-queries.js'
import { provisioningQuery } from './provisioning-queries.js'

type Line = GroupMapping & { key: string }

const roleOptions = (withNone: boolean) =>
  ROLES.filter((role) => withNone || role !== 'no_access').map((role) => ({
    value: role,
    label: t.account.memberRole[role],
  }))

/** Which group there means what here; nothing counts until it is saved. */
export function Mapping({ org, view }: { org: string; view: ProvisioningView }) {
  const [role, setRole] = useState<MemberRole>(view.defaultRole)
  const [lines, setLines] = useState<readonly Line[]>(() =>
    view.mappings.map((mapping, index) => ({ ...mapping, key: String(index) })),
  )
  const [made, setMade] = useState(lines.length)
  const listId = useId()
  const save = useAct({
    run: () => {
      const mappings = lines.filter(({ group }) => group.trim()).map(({ key: _key, ...mapping }) => mapping)
      return api.call(provisioning.update, { params: { name: org }, body: { defaultRole: role, mappings } })
    },
    refresh: [provisioningQuery(org).queryKey],
    say: () => words.saved,
  })
  const change = (key: string, to: Partial<GroupMapping>) =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...to } : line)))
  const add = () => {
    setLines([...lines, { key: `new-${made}`, group: '', role: 'read' }])
    setMade(made + 1)
  }
  return (
    <Section title={words.mapping}>
      <Stack>
        <p className="muted">
          {words.mappingHelp} {view.groups.length === 0 ? words.noGroups : words.knownGroups(view.groups.length)}
        </p>
        <datalist id={listId}>
          {view.groups.map((group) => (
            <option key={group.id} value={group.displayName}>
              {words.groupMembers(group.displayName, group.members)}
            </option>
          ))}
        </datalist>
        <form
          className={formClass}
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate()
          }}
        >
          <SelectField
            label={words.defaultRole}
            value={role}
            options={roleOptions(true)}
            onChange={(event) => setRole(event.target.value as MemberRole)}
          />
          {lines.map((line) => (
            <MappingLine
              key={line.key}
              {...{ org, line, listId }}
              onChange={(to) => change(line.key, to)}
              onRemove={() => setLines(lines.filter(({ key }) => key !== line.key))}
            />
          ))}
          {save.error && <Notice tone="bad">{save.error.message}</Notice>}
          <Row>
            <Button onClick={add}>{words.add}</Button>
            <Button type="submit" busy={save.isPending}>
              {words.save}
            </Button>
          </Row>
        </form>
      </Stack>
    </Section>
  )
}

interface LineProps {
  org: string
  line: Line
  listId: string
  onChange: (to: Partial<GroupMapping>) => void
  onRemove: () => void
}

function MappingLine({ org, line, listId, onChange, onRemove }: LineProps) {
  const { data: groups } = useSuspenseQuery(groupsQuery(org))
  const places = [
    { value: '', label: words.organisation },
    ...groups
      .filter((group) => group.autoJoin?.enabled !== true)
      .map((group) => ({ value: group.name, label: words.resourceGroup(group.name) })),
  ]
  const place = (name: string): Partial<GroupMapping> => {
    const role = name !== '' && line.role === 'no_access' ? 'read' : line.role
    return { resourceGroup: name === '' ? undefined : name, role }
  }
  return (
    <Card>
      <TextField
        label={words.group}
        list={listId}
        autoComplete="off"
        maxLength={200}
        value={line.group}
        onChange={(event) => onChange({ group: event.target.value })}
      />
      <SelectField
        label={words.where}
        value={line.resourceGroup ?? ''}
        options={places}
        onChange={(event) => onChange(place(event.target.value))}
      />
      <SelectField
        label={words.role}
        value={line.role}
        options={roleOptions(line.resourceGroup === undefined)}
        onChange={(event) => onChange({ role: event.target.value as MemberRole })}
      />
      <div>
        <Button size="dense" aria-label={words.removeLine(line.group)} onClick={onRemove}>
          {words.remove}
        </Button>
      </div>
    </Card>
  )
}
