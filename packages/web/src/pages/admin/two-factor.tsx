import { getSignInPolicy, resetFactors, setSignInPolicy } from '@stoa/contracts'
import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { useForm } from '../../lib/use-form.js'
import { policy as words } from '../../text/en/security.js'
import { Button } from '../../ui/button.js'
import { ChoiceField, ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { PageHeader, Section } from '../../ui/page.js'
import { useToast } from '../../ui/toast.js'

const policyQuery = queryOptions({
  queryKey: [getSignInPolicy.id],
  queryFn: ({ signal }) => api.call(getSignInPolicy, { signal }),
})

export const Route = createFileRoute('/admin/two-factor')({
  loader: ({ context }) => context.queryClient.ensureQueryData(policyQuery),
  component: TwoFactorPolicy,
})

function TwoFactorPolicy() {
  return (
    <>
      <div>
        <PageHeader title={words.title} lead={words.adminLead} />
        <PolicyForm />
      </div>
      <Section title={words.resetTitle}>
        <p className="muted">{words.resetLead}</p>
        <ResetForm />
      </Section>
    </>
  )
}

function PolicyForm() {
  const { data } = useSuspenseQuery(policyQuery)
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: data,
    check: () => ({}),
    submit: (body) => api.call(setSignInPolicy, { body }),
    onDone: (saved) => {
      client.setQueryData(policyQuery.queryKey, saved)
      say(words.saved)
    },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <ChoiceField
        legend={words.who}
        name="mfa"
        value={form.values.mfaRequired}
        onChange={(mfaRequired) => form.set({ mfaRequired })}
        choices={(['nobody', 'duties', 'everybody'] as const).map((value) => ({ value, ...words.choices[value] }))}
      />
      <div>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {words.save}
        </Button>
      </div>
    </form>
  )
}

function ResetForm() {
  const say = useToast()
  const form = useForm({
    initial: { name: '', reason: '' },
    check: ({ name, reason }) => ({
      ...(name.trim() ? {} : { name: words.needUser }),
      ...(reason.trim() ? {} : { reason: words.needReason }),
    }),
    submit: ({ name, reason }) =>
      api.call(resetFactors, { params: { name: name.trim() }, body: { reason: reason.trim() } }),
    onDone: (_nothing, { name }) => {
      form.set({ name: '', reason: '' })
      say(words.resetDone(name.trim()))
    },
    fieldOf: { AccountNotFound: 'name' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.resetUser}
        autoComplete="off"
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <TextField
        label={words.resetReason}
        autoComplete="off"
        maxLength={500}
        value={form.values.reason}
        error={form.errors.reason}
        onChange={(event) => form.set({ reason: event.target.value })}
      />
      <div>
        <Button type="submit" variant="danger" busy={form.isBusy}>
          {words.reset}
        </Button>
      </div>
    </form>
  )
}
