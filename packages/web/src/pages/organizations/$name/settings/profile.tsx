import { removeOrgAvatar, setOrgAvatar, updateOrg } from '@stoa/contracts'
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../../../lib/api.js'
import { sessionQuery } from '../../../../lib/session.js'
import { useForm } from '../../../../lib/use-form.js'
import { t } from '../../../../text/en.js'
import { org as words } from '../../../../text/en/org.js'
import { Button } from '../../../../ui/button.js'
import { CheckField, ErrorSummary, formClass, TextArea, TextField } from '../../../../ui/field.js'
import { PageHeader, Stack } from '../../../../ui/page.js'
import { PictureField } from '../../../../ui/picture-field.js'
import { useToast } from '../../../../ui/toast.js'
import { orgQuery } from '../../../-org/org-queries.js'

export const Route = createFileRoute('/organizations/$name/settings/profile')({
  loader: ({ context, params }) => context.queryClient.ensureQueryData(orgQuery(params.name)),
  component: Profile,
})

function Profile() {
  const { name } = Route.useParams()
  const { data: org } = useSuspenseQuery(orgQuery(name))
  const client = useQueryClient()
  const say = useToast()
  const { fullname, website, details, defaultPrivate } = org
  const refresh = () =>
    Promise.all([
      client.invalidateQueries(orgQuery(name)),
      client.invalidateQueries(sessionQuery),
      client.invalidateQueries({ queryKey: ['hub.users.overview', name] }),
    ])
  const form = useForm({
    initial: { fullname, website: website ?? '', details: details ?? '', defaultPrivate },
    check: () => ({}),
    submit: (body) => api.call(updateOrg, { params: { name }, body }),
    onDone: async (saved) => {
      client.setQueryData(orgQuery(name).queryKey, saved)
      await refresh()
      say(words.saved)
    },
  })
  return (
    <Stack>
      <PageHeader title={words.sections.profile} lead={words.profileLead} />
      <PictureField
        name={org.name}
        src={org.avatarUrl}
        type="org"
        save={(picture) => api.call(setOrgAvatar, { params: { name }, body: { picture } })}
        remove={() => api.call(removeOrgAvatar, { params: { name } })}
        onChanged={refresh}
      />
      <form className={formClass} onSubmit={form.onSubmit} noValidate>
        <ErrorSummary message={form.message} />
        <TextField
          label={words.fullname}
          maxLength={120}
          value={form.values.fullname}
          onChange={(event) => form.set({ fullname: event.target.value })}
        />
        <TextField
          label={t.account.website}
          optional
          type="url"
          placeholder="https://example.org"
          value={form.values.website}
          onChange={(event) => form.set({ website: event.target.value })}
        />
        <TextArea
          label={t.account.details}
          optional
          help={t.account.detailsHelp}
          maxLength={2000}
          value={form.values.details}
          onChange={(event) => form.set({ details: event.target.value })}
        />
        <CheckField
          label={words.defaultPrivate}
          checked={form.values.defaultPrivate}
          onChange={(event) => form.set({ defaultPrivate: event.target.checked })}
        />
        <div>
          <Button type="submit" variant="primary" busy={form.isBusy}>
            {t.account.saveProfile}
          </Button>
        </div>
      </form>
    </Stack>
  )
}
