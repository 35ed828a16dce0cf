import { ORG_DUTIES, orgMembers, previewMember, removeMember, setMemberDuties, setMemberRole } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { org as words } from '../../text/en/org.js'
import { Button } from '../../ui/button.js'
import { CheckField, formClass } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, Section } from '../../ui/page.js'
import { ConfirmByName, SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { type Member, type MemberRole, previewQuery } from './org-queries.js'
import { RoleField } from './role-field.js'

type Duty = (typeof ORG_DUTIES)[number]

interface Props {
  org: string
  member: Member | undefined
  onClose: () => void
}

/** One member beside the list: role with what it would show them, duties, removal. */
export function MemberPanel({ org, member, onClose }: Props) {
  return (
    <SidePanel isOpen={member !== undefined} onClose={onClose} title={member?.user ?? ''}>
      {member && (
        <>
          <RoleForm key={member.user} org={org} member={member} />
          <DutyForm key={`${member.user} duties`} org={org} member={member} />
          <RemoveMember org={org} user={member.user} onDone={onClose} />
        </>
      )}
    </SidePanel>
  )
}

function RoleForm({ org, member }: { org: string; member: Member }) {
  const { user } = member
  const [role, setRole] = useState<MemberRole>(member.role ?? 'read')
  const save = useAct({
    run: () => api.call(setMemberRole, { params: { name: org, user }, body: { role } }),
    refresh: [
      [orgMembers.id, org],
      [previewMember.id, org],
    ],
    say: () => words.roleSaved(user),
  })
  const isChanged = role !== member.role
  return (
    <form
      className={formClass}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <RoleField
        value={role}
        onChange={(next) => {
          setRole(next)
          save.reset()
        }}
      />
      {isChanged && <RolePreview org={org} user={user} role={role} />}
      {save.error && (
        <Notice tone="bad" live>
          {save.error.message}
        </Notice>
      )}
      <p>
        <Button type="submit" variant="primary" busy={save.isPending} disabled={!isChanged}>
          {words.changeRole}
        </Button>
      </p>
    </form>
  )
}

/** What somebody would see with another role, asked of the rules that will decide. */
export function RolePreview({ org, user, role }: { org: string; user: string; role: MemberRole }) {
  const { data, error } = useQuery(previewQuery(org, user, role))
  if (error) return <Notice tone="warn">{error.message}</Notice>
  if (!data) return <Skeleton lines={3} />
  const { repos, actions } = data
  const ended = actions.filter(({ now, after }) => now && !after)
  const begun = actions.filter(({ now, after }) => !now && after)
  const isSame = ended.length + begun.length + repos.lost.length + repos.gained.length === 0
  return (
    <Card>
      <h3>{words.previewTitle(user)}</h3>
      <p>{isSame ? words.previewSame : words.previewRepos(repos.now, repos.after)}</p>
      <Names title={words.loses} names={repos.lost.map(({ name }) => name)} />
      <Names title={words.gains} names={repos.gained.map(({ name }) => name)} />
      <Names title={words.mayNoLonger} names={ended.map(({ action }) => words.actions[action] ?? action)} />
      <Names title={words.mayNow} names={begun.map(({ action }) => words.actions[action] ?? action)} />
    </Card>
  )
}

function Names({ title, names }: { title: string; names: readonly string[] }) {
  if (names.length === 0) return null
  return (
    <div>
      <strong>{title}</strong>
      <ul>
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </div>
  )
}

function DutyForm({ org, member }: { org: string; member: Member }) {
  const { user } = member
  const [duties, setDuties] = useState<readonly Duty[]>((member.duties ?? []) as Duty[])
  const save = useAct({
    run: () => api.call(setMemberDuties, { params: { name: org, user }, body: { duties: [...duties] } }),
    refresh: [[orgMembers.id, org]],
    say: () => words.dutiesSaved(user),
  })
  const toggle = (duty: Duty) =>
    setDuties((held) => (held.includes(duty) ? held.filter((one) => one !== duty) : [...held, duty]))
  return (
    <Section title={words.dutiesLegend}>
      {ORG_DUTIES.map((duty) => (
        <CheckField
          key={duty}
          label={`${words.dutyName[duty]}: ${words.dutyHelp[duty]}`}
          checked={duties.includes(duty)}
          onChange={() => toggle(duty)}
        />
      ))}
      {save.error && <Notice tone="bad">{save.error.message}</Notice>}
      <p>
        <Button busy={save.isPending} onClick={() => save.mutate()}>
          {words.saveDuties}
        </Button>
      </p>
    </Section>
  )
}

function RemoveMember({ org, user, onDone }: { org: string; user: string; onDone: () => void }) {
  const [isAsking, setAsking] = useState(false)
  const remove = useAct({
    run: () => api.call(removeMember, { params: { name: org, user } }),
    refresh: [[orgMembers.id, org]],
    say: () => words.removed(user),
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
          {words.remove}
        </Button>
      </p>
      <ConfirmByName
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={words.removeTitle(user, org)}
        text={words.removeHelp}
        verb={words.remove}
        busy={remove.isPending}
        onConfirm={() => {
          setAsking(false)
          remove.mutate()
        }}
      />
    </>
  )
}
