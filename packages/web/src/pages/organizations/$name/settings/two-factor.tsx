import { getOrgSignInPolicy, setOrgSignInPolicy } from '@stoa/contracts'
import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute, Link } from '@tanstack/react-router'
import { api } from '../../../../lib/api.js'
import { useForm } from '../../../../lib/use-form.js'
import { policy as words } from '../../../../text/en/security.js'
import { Button } from '../../../../ui/button.js'
import { CheckField, ErrorSummary, formClass } from '../../../../ui/field.js'
import { PageHeader, Section } from '../../../../ui/page.js'
import { useToast } from '../../../../ui/toast.js'

const policyQuery = (name: string) =>
  queryOptions({
    queryKey: [getOrgSignInPolicy.id, name],
    queryFn: ({ signal }) => api.call(getOrgSignInPolicy, { params: { name }, signal }),
  })

export const Route = createFileRoute('/organizations/$name/settings/two-factor')({
  loader: ({ context, params }) => context.queryClient.ensureQueryData(policyQuery(params.name)),
  component: TwoFactorPolicy,
})

function TwoFactorPolicy() {
  const { name } = Route.useParams()
  const { data } = useSuspenseQuery(policyQuery(name))
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { requiresMfa: data.requiresMfa },
    check: () => ({}),
    submit: (body) => api.call(setOrgSignInPolicy, { params: { name }, body }),
    onDone: (saved) => {
      client.setQueryData(policyQuery(name).queryKey, saved)
      say(words.saved)
    },
  })
  return (
    <>
      <div>
        <PageHeader title={words.title} lead={words.orgLead(name)} />
        <form className={formClass} onSubmit={form.onSubmit} noValidate>
          <ErrorSummary message={form.message} />
          <CheckField
            label={words.orgRequire}
            checked={form.values.requiresMfa}
            onChange={(event) => form.set({ requiresMfa: event.target.checked })}
          />
          <p className="muted">{words.orgRequireHelp}</p>
          <div>
            <Button type="submit" variant="primary" busy={form.isBusy}>
              {words.save}
            </Button>
          </div>
        </form>
      </div>
      <Section title={words.without}>
        {data.membersWithout.length === 0 ? (
          <p className="muted">{words.withoutNone}</p>
        ) : (
          <ul>
            {data.membersWithout.map((member) => (
              <li key={member}>
                <Link to="/$ns" params={{ ns: member }}>
                  {member}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Section>
    </>
  )
}
