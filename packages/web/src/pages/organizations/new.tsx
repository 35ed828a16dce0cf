import { createOrg } from '@stoa/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { createFileRoute, useNavigate } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { requireUser } from '../../lib/require-user.js'
import { sessionQuery } from '../../lib/session.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Page, PageHeader } from '../../ui/page.js'

export const Route = createFileRoute('/organizations/new')({ beforeLoad: requireUser, component: NewOrg })

const words = t.account

function NewOrg() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const form = useForm({
    initial: { name: '', fullname: '' },
    check: ({ name }) => (name.trim() ? {} : { name: words.needName }),
    submit: ({ name, fullname }) =>
      api.call(createOrg, { body: { name: name.trim(), ...(fullname.trim() ? { fullname: fullname.trim() } : {}) } }),
    onDone: async (org) => {
      await client.invalidateQueries(sessionQuery)
      await navigate({ to: '/$ns', params: { ns: org.name } })
    },
    fieldOf: { NameTaken: 'name', NameInvalid: 'name' },
  })
  return (
    <Page narrow>
      <PageHeader title={words.newOrg} lead={words.orgLead} />
      <form className={formClass} onSubmit={form.onSubmit} noValidate>
        <ErrorSummary message={form.message} />
        <TextField
          label={words.orgName}
          help={words.orgNameHelp}
          autoFocus
          autoComplete="off"
          value={form.values.name}
          error={form.errors.name}
          onChange={(event) => form.set({ name: event.target.value })}
        />
        <TextField
          label={words.orgFullname}
          optional
          autoComplete="off"
          value={form.values.fullname}
          error={form.errors.fullname}
          onChange={(event) => form.set({ fullname: event.target.value })}
        />
        <div>
          <Button type="submit" variant="primary" size="large" busy={form.isBusy}>
            {words.createOrg}
          </Button>
        </div>
      </form>
    </Page>
  )
}
