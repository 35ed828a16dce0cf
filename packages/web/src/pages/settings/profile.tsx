import { changePassword, getProfile, listSessions, PASSWORD_MIN, revokeSession, updateProfile } from '@stoa/contracts'
import { queryOptions, useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { sessionQuery } from '../../lib/session.js'
import { formatDay } from '../../lib/units.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { ErrorSummary, formClass, TextArea, TextField } from '../../ui/field.js'
import { PageHeader, Section } from '../../ui/page.js'
import { PasswordField } from '../../ui/password-field.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { useToast } from '../../ui/toast.js'

const profileQuery = queryOptions({
  queryKey: [getProfile.id],
  queryFn: ({ signal }) => api.call(getProfile, { signal }),
})

export const Route = createFileRoute('/settings/profile')({
  loader: ({ context }) => context.queryClient.ensureQueryData(profileQuery),
  component: Profile,
})

const words = t.account

function Profile() {
  return (
    <>
      <div>
        <PageHeader title={words.profile} lead={words.profileLead} />
        <ProfileForm />
      </div>
      <Section title={words.changePassword}>
        <PasswordForm />
      </Section>
      <Section title={words.sessions}>
        <Sessions />
      </Section>
    </>
  )
}

function ProfileForm() {
  const { data: profile } = useSuspenseQuery(profileQuery)
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: {
      fullname: profile.fullname,
      email: profile.email ?? '',
      website: profile.website ?? '',
      details: profile.details ?? '',
    },
    check: () => ({}),
    submit: (body) => api.call(updateProfile, { body }),
    onDone: async (saved) => {
      client.setQueryData(profileQuery.queryKey, saved)
      await client.invalidateQueries(sessionQuery)
      say(t.parts.saved)
    },
    fieldOf: { EmailTaken: 'email' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.fullname}
        autoComplete="name"
        value={form.values.fullname}
        onChange={(event) => form.set({ fullname: event.target.value })}
      />
      <TextField
        label={words.email}
        help={words.emailHelp}
        type="email"
        autoComplete="email"
        value={form.values.email}
        error={form.errors.email}
        onChange={(event) => form.set({ email: event.target.value })}
      />
      <TextField
        label={words.website}
        optional
        type="url"
        placeholder="https://example.org"
        value={form.values.website}
        onChange={(event) => form.set({ website: event.target.value })}
      />
      <TextArea
        label={words.details}
        optional
        help={words.detailsHelp}
        maxLength={2000}
        value={form.values.details}
        onChange={(event) => form.set({ details: event.target.value })}
      />
      <p className="muted">
        {words.member} {formatDay(new Date(profile.createdAt))}
      </p>
      <div>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {words.saveProfile}
        </Button>
      </div>
    </form>
  )
}

function PasswordForm() {
  const say = useToast()
  const form = useForm({
    initial: { current: '', next: '' },
    check: ({ current, next }) => ({
      ...(current ? {} : { current: words.needPassword }),
      ...(next.length >= PASSWORD_MIN ? {} : { next: words.passwordShort(PASSWORD_MIN) }),
    }),
    submit: (body) => api.call(changePassword, { body }),
    onDone: () => {
      form.set({ current: '', next: '' })
      say(words.passwordChanged)
    },
    fieldOf: { WrongPassword: 'current', PasswordTooWeak: 'next' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <PasswordField
        label={words.currentPassword}
        autoComplete="current-password"
        value={form.values.current}
        error={form.errors.current}
        onChange={(event) => form.set({ current: event.target.value })}
      />
      <PasswordField
        label={words.newPassword}
        help={words.passwordHelp(PASSWORD_MIN)}
        autoComplete="new-password"
        value={form.values.next}
        error={form.errors.next}
        onChange={(event) => form.set({ next: event.target.value })}
      />
      <div>
        <Button type="submit" busy={form.isBusy}>
          {words.changePassword}
        </Button>
      </div>
    </form>
  )
}

/** The words of a user agent that people recognise. */
const browserOf = (userAgent: string) =>
  /(Firefox|Edg|Chrome|Safari|curl)[/ ]?([\d]*)/.exec(userAgent)?.slice(1, 3).join(' ') ?? userAgent.slice(0, 40)

function Sessions() {
  const client = useQueryClient()
  const say = useToast()
  const query = queryOptions({
    queryKey: [listSessions.id],
    queryFn: ({ signal }) => api.call(listSessions, { signal }),
  })
  const { data = [] } = useQuery(query)
  const end = useMutation({
    mutationFn: (sessionId: string) => api.call(revokeSession, { params: { sessionId } }),
    onSuccess: async () => {
      await client.invalidateQueries(query)
      say(words.sessionEnded)
    },
  })
  return (
    <DataTable
      name={words.sessions}
      rows={data}
      rowKey={(row) => row.id}
      columns={[
        {
          id: 'browser',
          head: words.sessions,
          cell: (row) => (
            <>
              {browserOf(row.userAgent)} {row.isCurrent && <Badge tone="good">{words.thisSession}</Badge>}
            </>
          ),
        },
        { id: 'address', head: 'IP', cell: (row) => <code>{row.addressPrefix}</code> },
        {
          id: 'lastUsed',
          head: words.lastUsed,
          cell: (row) => <TimeAgo at={row.lastUsedAt} />,
          value: (row) => row.lastUsedAt,
        },
        {
          id: 'end',
          head: '',
          cell: (row) =>
            !row.isCurrent && (
              <Button size="dense" onClick={() => end.mutate(row.id)}>
                {words.endSession}
              </Button>
            ),
        },
      ]}
    />
  )
}
