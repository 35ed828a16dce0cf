import { updateRepoSettings } from '@stoa/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../lib/api.js'
import { repoParams, repoSettingsQuery } from '../../lib/repo-queries.js'
import { useSession } from '../../lib/session.js'
import { gates as words } from '../../text/en/gates.js'
import { Button } from '../../ui/button.js'
import { CheckField, ChoiceField, ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { useToast } from '../../ui/toast.js'
import type { RepoProps } from './repo-frame.js'

type Mode = keyof typeof words.noticeModes

/** Where letters about requests go and how often, and whether members ask too; for those who administer the repository. */
export function GateNotices({ kind, ns, repo }: RepoProps) {
  const id = `${ns}/${repo}`
  const { data } = useQuery({ ...repoSettingsQuery(kind, id), retry: false })
  const isOrg = useSession().orgs.some(({ name }) => name === ns)
  const client = useQueryClient()
  const say = useToast()
  const change = useMutation({
    mutationFn: (body: {
      gatedNotificationsMode?: Mode
      gatedNotificationsEmail?: string
      orgMembersGated?: boolean
    }) => api.call(updateRepoSettings, { params: repoParams(kind, id), body }),
    onSuccess: async () => {
      await client.invalidateQueries()
      say(words.noticesChanged)
    },
  })
  if (!data) return null
  return (
    <>
      {isOrg && (
        <CheckField
          label={words.membersToo}
          checked={data.orgMembersGated}
          disabled={change.isPending}
          onChange={(event) => change.mutate({ orgMembersGated: event.target.checked })}
        />
      )}
      <ChoiceField
        legend={words.notices}
        name="gate-notices"
        value={(change.isPending && change.variables.gatedNotificationsMode) || data.gatedNotificationsMode}
        onChange={(next: Mode) => change.mutate({ gatedNotificationsMode: next })}
        choices={(['bulk', 'real-time'] as const).map((value) => ({ value, ...words.noticeModes[value] }))}
      />
      <NoticeAddress
        key={data.gatedNotificationsEmail ?? ''}
        stored={data.gatedNotificationsEmail ?? ''}
        isBusy={change.isPending}
        onSave={(gatedNotificationsEmail) => change.mutate({ gatedNotificationsEmail })}
      />
      <ErrorSummary message={change.error?.message} />
    </>
  )
}

function NoticeAddress({
  stored,
  isBusy,
  onSave,
}: {
  stored: string
  isBusy: boolean
  onSave: (email: string) => void
}) {
  const [email, setEmail] = useState(stored)
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    onSave(email.trim())
  }
  return (
    <form className={formClass} onSubmit={onSubmit} aria-label={words.noticeAddress}>
      <TextField
        label={words.noticeAddress}
        help={words.noticeAddressHelp}
        type="email"
        maxLength={254}
        optional
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <div>
        <Button type="submit" busy={isBusy} disabled={email.trim() === stored}>
          {words.saveAddress}
        </Button>
      </div>
    </form>
  )
}
