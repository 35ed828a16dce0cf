import { forgotPassword } from '@stoa/contracts'
import { createFileRoute, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useForm } from '../../lib/use-form.js'
import { letters as words } from '../../text/en/letters.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Page, PageHeader, Stack } from '../../ui/page.js'
import { isAddress } from '../-mail/is-address.js'

export const Route = createFileRoute('/login_/forgot')({ component: Forgot })

/** Asks for a letter; the answer is the same for every address. */
function Forgot() {
  const [isDone, setDone] = useState(false)
  const form = useForm({
    initial: { email: '' },
    check: ({ email }) => (isAddress(email) ? {} : { email: words.needEmail }),
    submit: ({ email }) => api.call(forgotPassword, { body: { email: email.trim() } }),
    onDone: () => setDone(true),
  })
  return (
    <Page narrow>
      <PageHeader title={words.forgotTitle} lead={words.forgotLead} />
      {isDone ? (
        <Stack>
          <Notice tone="good" live>
            {words.forgotDone}
          </Notice>
          <p className="muted">{words.forgotDoneHelp}</p>
          <p>
            <Link to="/login">{words.signIn}</Link>
          </p>
        </Stack>
      ) : (
        <form className={formClass} onSubmit={form.onSubmit} noValidate>
          <ErrorSummary message={form.message} />
          <TextField
            label={words.address}
            type="email"
            autoComplete="email"
            autoFocus
            value={form.values.email}
            error={form.errors.email}
            onChange={(event) => form.set({ email: event.target.value })}
          />
          <div>
            <Button type="submit" variant="primary" size="large" block busy={form.isBusy}>
              {words.forgotSend}
            </Button>
          </div>
        </form>
      )}
    </Page>
  )
}
