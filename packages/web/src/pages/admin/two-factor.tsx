import { getSignInPolicy, resetFactors, setSignInPolicy } from '@stoa/contracts'
import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { useForm } from '../../lib/use-form.js'
import { policy as words } from '../../text/en/security.js'
import { Button } from '../../ui/button.js'
import { ChoiceField, ErrorSummary, formClass } from '../../ui/field.js'
import { PageHeader, Section } from '../../ui/page.js'
import { ReasonedForm } from '../../ui/reasoned-form.js'
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
  return (
    <ReasonedForm
      label={words.resetUser}
      need={words.needUser}
      verb={words.reset}
      isDanger
      submit={(name, reason) => api.call(resetFactors, { params: { name }, body: { reason } })}
      onDone={(_nothing, name) => say(words.resetDone(name))}
    />
  )
}
