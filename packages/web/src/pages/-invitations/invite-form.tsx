import type { InviteInput } from '@stoa/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { invitations as words } from '../../text/en/invitations.js'
import { Button } from '../../ui/button.js'
import { CopyText } from '../../ui/copy-text.js'
import { ErrorSummary, formClass, SelectField, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Stack } from '../../ui/page.js'
import { useToast } from '../../ui/toast.js'
import { isAddress } from '../-mail/is-address.js'
import { RoleField } from '../-org/role-field.js'
import { groupsQuery, type MemberRole } from '../-org/org-queries.js'
import { GroupsField, type InvitedGroup } from './groups-field.js'
import { inviteTo, invitationKeys, type Place, rolePreviewQuery } from './place.js'
import { RolePreview } from './role-preview.js'

const DAYS = [1, 7, 14, 30, 90] as const
const USES = [1, 5, 25, 100, 1000] as const

interface Props {
  place: Place
  deliver: 'link' | 'letter'
  onDone: () => void
}

/** Invites one person by letter, or makes a link that is shown once. */
export function InviteForm({ place, deliver, onDone }: Props) {
  const [link, setLink] = useState<string | null>(null)
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { email: '', name: '', role: 'read' as MemberRole, groups: [] as InvitedGroup[], uses: '1', days: '14' },
    check: ({ email }) => {
      const isNeeded = deliver === 'letter' || email.trim() !== ''
      return isNeeded && !isAddress(email) ? { email: words.needEmail } : {}
    },
    submit: ({ email, name, role, groups, uses, days }) => {
      const body: InviteInput = {
        deliver,
        expiresInDays: Number(days),
        ...(email.trim() ? { email: email.trim() } : { maxUses: Number(uses) }),
        ...(name.trim() ? { name: name.trim() } : {}),
        ...(place === null ? {} : { role, groups }),
      }
      return inviteTo(place, body)
    },
    onDone: async (made, { email }) => {
      await Promise.all(invitationKeys(place).map((queryKey) => client.invalidateQueries({ queryKey })))
      if (made.link !== null) return setLink(made.link)
      say(words.sent(email.trim()))
      onDone()
    },
    fieldOf: { LetterLimit: 'email' },
  })
  const { values, errors, set } = form
  if (link !== null) return <MadeLink link={link} onDone={onDone} />
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={deliver === 'letter' ? words.email : words.emailOptional}
        {...(deliver === 'letter' ? {} : { help: words.emailOptionalHelp, optional: true })}
        type="email"
        autoComplete="off"
        value={values.email}
        error={errors.email}
        onChange={(event) => set({ email: event.target.value })}
      />
      {deliver === 'letter' && (
        <TextField
          label={words.person}
          optional
          autoComplete="off"
          value={values.name}
          onChange={(event) => set({ name: event.target.value })}
        />
      )}
      {place !== null && (
        <>
          <RoleField value={values.role} onChange={(role) => set({ role })} />
          <OrgGroups place={place} value={values.groups} onChange={(groups) => set({ groups })} />
          <LivePreview place={place} role={values.role} groups={values.groups} who={values.name.trim()} />
        </>
      )}
      {deliver === 'link' && values.email.trim() === '' && (
        <SelectField
          label={words.uses}
          value={values.uses}
          options={USES.map((uses) => ({ value: String(uses), label: String(uses) }))}
          onChange={(event) => set({ uses: event.target.value })}
        />
      )}
      <SelectField
        label={words.days}
        value={values.days}
        options={DAYS.map((days) => ({ value: String(days), label: words.inDays(days) }))}
        onChange={(event) => set({ days: event.target.value })}
      />
      <div>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {deliver === 'letter' ? words.sendLetter : words.makeLink}
        </Button>
      </div>
    </form>
  )
}

function MadeLink({ link, onDone }: { link: string; onDone: () => void }) {
  return (
    <Stack>
      <Notice tone="good" live>
        {words.linkReady}
      </Notice>
      <Notice tone="warn">{words.linkOnce}</Notice>
      <CopyText text={link} what={words.link} />
      <div>
        <Button variant="primary" onClick={onDone}>
          {t.parts.close}
        </Button>
      </div>
    </Stack>
  )
}

interface GroupsProps {
  place: string
  value: InvitedGroup[]
  onChange: (groups: InvitedGroup[]) => void
}

function OrgGroups({ place, value, onChange }: GroupsProps) {
  const { data } = useQuery(groupsQuery(place))
  if (!data || data.length === 0) return null
  return <GroupsField groups={data} value={value} onChange={onChange} />
}

function LivePreview({
  place,
  role,
  groups,
  who,
}: Omit<GroupsProps, 'value' | 'onChange'> & { role: MemberRole; groups: InvitedGroup[]; who: string }) {
  const { data } = useQuery(rolePreviewQuery(place, role, groups))
  return data ? <RolePreview preview={data} who={who || words.somebody} /> : null
}
