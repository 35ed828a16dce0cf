import { askToJoin, getSignUpPolicy } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useForm } from '../../lib/use-form.js'
import { letters as words } from '../../text/en/letters.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { isAddress } from '../-mail/is-address.js'

/** Where addresses of some domains let people in: they get a letter. */
export function AskToJoin() {
  const [isDone, setDone] = useState(false)
  const policy = useQuery({
    queryKey: [getSignUpPolicy.id],
    queryFn: ({ signal }) => api.call(getSignUpPolicy, { signal }),
  })
  const form = useForm({
    initial: { email: '' },
    check: ({ email }) => (isAddress(email) ? {} : { email: words.needEmail }),
    submit: ({ email }) => api.call(askToJoin, { body: { email: email.trim() } }),
    onDone: () => setDone(true),
    fieldOf: { SignUpClosed: 'email' },
  })
  if (isDone)
    return (
      <Notice tone="good" live>
        {words.joinDone}
      </Notice>
    )
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <p>{words.joinAskLead(policy.data?.domains.join(', ') ?? '…')}</p>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.address}
        type="email"
        autoComplete="email"
        value={form.values.email}
        error={form.errors.email}
        onChange={(event) => form.set({ email: event.target.value })}
      />
      <div>
        <Button type="submit" variant="primary" size="large" block busy={form.isBusy}>
          {words.joinAsk}
        </Button>
      </div>
    </form>
  )
}
