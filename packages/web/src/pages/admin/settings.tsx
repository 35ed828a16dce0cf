import { getSignUpPolicy, setSignUpPolicy } from '@stoa/contracts'
import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { sessionQuery } from '../../lib/session.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { letters as words } from '../../text/en/letters.js'
import { Button } from '../../ui/button.js'
import { ChoiceField, ErrorSummary, formClass, TextArea } from '../../ui/field.js'
import { PageHeader, Stack } from '../../ui/page.js'
import { useToast } from '../../ui/toast.js'

const policyQuery = queryOptions({
  queryKey: [getSignUpPolicy.id],
  queryFn: ({ signal }) => api.call(getSignUpPolicy, { signal }),
})

export const Route = createFileRoute('/admin/settings')({
  loader: ({ context }) => context.queryClient.ensureQueryData(policyQuery),
  component: PlatformSettings,
})

const MODES = ['open', 'invitation', 'domain', 'closed'] as const
const domainsIn = (text: string): string[] => text.split(/[\s,]+/).filter((one) => one !== '')

function PlatformSettings() {
  const { data: policy } = useSuspenseQuery(policyQuery)
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { mode: policy.mode, domains: policy.domains.join('\n') },
    check: ({ mode, domains }) =>
      mode === 'domain' && domainsIn(domains).length === 0 ? { domains: words.needDomain } : {},
    submit: ({ mode, domains }) => api.call(setSignUpPolicy, { body: { mode, domains: domainsIn(domains) } }),
    onDone: async (saved) => {
      client.setQueryData(policyQuery.queryKey, saved)
      await client.invalidateQueries(sessionQuery)
      say(words.policySaved)
    },
  })
  return (
    <Stack>
      <PageHeader title={words.platform} lead={words.platformLead} />
      <form className={formClass} onSubmit={form.onSubmit} noValidate>
        <ErrorSummary message={form.message} />
        <ChoiceField
          legend={words.signUp}
          name="mode"
          value={form.values.mode}
          onChange={(mode) => form.set({ mode })}
          choices={MODES.map((mode) => ({ value: mode, label: words.modes[mode], help: words.modesHelp[mode] }))}
        />
        {form.values.mode === 'domain' && (
          <TextArea
            label={words.domains}
            help={words.domainsHelp}
            rows={4}
            value={form.values.domains}
            error={form.errors.domains}
            onChange={(event) => form.set({ domains: event.target.value })}
          />
        )}
        <div>
          <Button type="submit" variant="primary" busy={form.isBusy}>
            {t.parts.save}
          </Button>
        </div>
      </form>
    </Stack>
  )
}
