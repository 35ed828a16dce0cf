import { getProfile, removeAvatar, setAvatar, updateProfile } from '@stoa/contracts'
import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { sessionQuery } from '../../lib/session.js'
import { formatDay } from '../../lib/units.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextArea, TextField } from '../../ui/field.js'
import { PageHeader, Stack } from '../../ui/page.js'
import { PictureField } from '../../ui/picture-field.js'
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
    <Stack>
      <PageHeader title={words.profile} lead={words.profileLead} />
      <Picture />
      <ProfileForm />
    </Stack>
  )
}

function Picture() {
  const { data: profile } = useSuspenseQuery(profileQuery)
  const client = useQueryClient()
  return (
    <PictureField
      name={profile.name}
      src={profile.avatarUrl}
      type="user"
      save={(picture) => api.call(setAvatar, { body: { picture } })}
      remove={() => api.call(removeAvatar, {})}
      onChanged={() => Promise.all([client.invalidateQueries(profileQuery), client.invalidateQueries(sessionQuery)])}
    />
  )
}

function ProfileForm() {
  const { data: profile } = useSuspenseQuery(profileQuery)
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: {
      fullname: profile.fullname,
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
