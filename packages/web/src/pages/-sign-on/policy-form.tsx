import { type SignOnSettings, setSignOnPolicy } from '@stoa/contracts'
import { api } from '../../lib/api.js'
import { signOnQuery } from '../../lib/sign-on-queries.js'
import { useAct } from '../../lib/use-act.js'
import { useForm } from '../../lib/use-form.js'
import { signOn as words } from '../../text/en/sign-on.js'
import { Button } from '../../ui/button.js'
import { CheckField, ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Section } from '../../ui/page.js'

interface Props {
  org: string
  policy: NonNullable<SignOnSettings['policy']>
}

/** Whether members must come through a connection, and which admins need not. */
export function PolicyForm({ org, policy }: Props) {
  const save = useAct({
    run: (body: Props['policy']) => api.call(setSignOnPolicy, { params: { name: org }, body }),
    refresh: [signOnQuery({ org }).queryKey],
    say: () => words.saved,
  })
  const form = useForm({
    initial: {
      enforced: policy.enforced,
      hours: String(policy.sessionMinutes / 60),
      days: policy.tokenDays === null ? '' : String(policy.tokenDays),
      exempt: policy.exempt.join(', '),
    },
    check: ({ hours, days }) => ({
      ...(Number(hours) > 0 ? {} : { hours: words.needNumber }),
      ...(days === '' || Number.isInteger(Number(days)) ? {} : { days: words.needNumber }),
    }),
    submit: ({ enforced, hours, days, exempt }) =>
      save.mutateAsync({
        enforced,
        sessionMinutes: Math.max(5, Math.round(Number(hours) * 60)),
        tokenDays: days === '' ? null : Number(days),
        exempt: exempt.split(/[\s,]+/).filter((name) => name !== ''),
      }),
  })
  return (
    <Section title={words.policy}>
      <form className={formClass} onSubmit={form.onSubmit} noValidate>
        <ErrorSummary message={form.message} />
        <CheckField
          label={words.enforced}
          checked={form.values.enforced}
          onChange={(event) => form.set({ enforced: event.target.checked })}
        />
        <p className="muted">{words.enforcedHelp}</p>
        <TextField
          label={words.sessionHours}
          inputMode="decimal"
          value={form.values.hours}
          error={form.errors.hours}
          onChange={(event) => form.set({ hours: event.target.value })}
        />
        <TextField
          label={words.tokenDays}
          help={words.tokenDaysHelp}
          optional
          inputMode="numeric"
          value={form.values.days}
          error={form.errors.days}
          onChange={(event) => form.set({ days: event.target.value })}
        />
        <TextField
          label={words.exempt}
          help={words.exemptHelp}
          autoCapitalize="none"
          autoComplete="off"
          value={form.values.exempt}
          onChange={(event) => form.set({ exempt: event.target.value })}
        />
        <div>
          <Button type="submit" variant="primary" busy={form.isBusy}>
            {words.save}
          </Button>
        </div>
      </form>
    </Section>
  )
}
