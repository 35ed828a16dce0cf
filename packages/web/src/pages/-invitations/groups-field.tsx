import type { InviteInput, ResourceGroupView } from '@stoa/contracts'
import { invitations as words } from '../../text/en/invitations.js'
import { CheckField, SelectField } from '../../ui/field.js'
import { Row } from '../../ui/page.js'
import { type GroupRole, groupRoleOptions } from '../-org/group-roles.js'

export type InvitedGroup = NonNullable<InviteInput['groups']>[number]

interface Props {
  groups: readonly ResourceGroupView[]
  value: InvitedGroup[]
  onChange: (groups: InvitedGroup[]) => void
}

/** Resource groups an invited person comes into, each with a role. */
export function GroupsField({ groups, value, onChange }: Props) {
  const without = (id: string) => value.filter((one) => one.id !== id)
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
      <legend>{words.groups}</legend>
      {groups.map(({ id, name }) => {
        const held = value.find((one) => one.id === id)
        return (
          <Row key={id}>
            <CheckField
              label={name}
              checked={held !== undefined}
              onChange={() => onChange(held ? without(id) : [...value, { id, role: 'read' }])}
            />
            {held && (
              <SelectField
                label={`${words.role}: ${name}`}
                hideLabel
                dense
                value={held.role}
                options={groupRoleOptions}
                onChange={(event) => onChange([...without(id), { id, role: event.target.value as GroupRole }])}
              />
            )}
          </Row>
        )
      })}
    </fieldset>
  )
}
