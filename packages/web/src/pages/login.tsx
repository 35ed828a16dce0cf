import { type SessionView, signIn } from '@stoa/contracts'
import { createFileRoute, Link, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../lib/api.js'
import { safeNext } from '../lib/require-user.js'
import { useEnterSession, useSession } from '../lib/session.js'
import { useForm } from '../lib/use-form.js'
import { t } from '../text/en.js'
import { letters as lettersText } from '../text/en/letters.js'
import { Button } from '../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../ui/field.js'
import { Page, PageHeader, Stack } from '../ui/page.js'
import { PasswordField } from '../ui/password-field.js'
import { PasskeySignIn } from './-sign-in/passkey-sign-in.js'
import { SecondStep } from './-sign-in/second-step.js'
import { SignOnOffers } from './-sign-on/offers.js'

export const Route = createFileRoute('/login')({
  validateSearch: (search): { next?: string } =>
    typeof search['next'] === 'string' ? { next: safeNext(search['next']) } : {},
  component: Login,
})

const words = t.account

function Login() {
  const { next } = Route.useSearch()
  const router = useRouter()
  const enter = useEnterSession()
  const { flags } = useSession()
  const [pending, setPending] = useState<SessionView['pending']>()
  const onEntered = async (session: SessionView) => {
    if (session.pending) return setPending(session.pending)
    await enter(session)
    router.history.push(safeNext(next))
  }
  const form = useForm({
    initial: { login: '', password: '' },
    check: ({ login, password }) => ({
      ...(login ? {} : { login: words.needLogin }),
      ...(password ? {} : { password: words.needPassword }),
    }),
    submit: (body) => api.call(signIn, { body }),
    onDone: onEntered,
    fieldOf: { WrongPassword: 'password' },
  })
  if (pending) {
    return (
      <Page narrow>
        <SecondStep step={pending} onDone={onEntered} onStartOver={() => setPending(undefined)} />
      </Page>
    )
  }
  return (
    <Page narrow>
      <PageHeader title={words.signIn} />
      <Stack>
        <form className={formClass} onSubmit={form.onSubmit} noValidate>
          <ErrorSummary message={form.message} />
          <TextField
            label={words.login}
            autoComplete="username"
            autoFocus
            value={form.values.login}
            error={form.errors.login}
            onChange={(event) => form.set({ login: event.target.value })}
          />
          <PasswordField
            label={words.password}
            autoComplete="current-password"
            value={form.values.password}
            error={form.errors.password}
            onChange={(event) => form.set({ password: event.target.value })}
          />
          <div>
            <Button type="submit" variant="primary" size="large" block busy={form.isBusy}>
              {words.signIn}
            </Button>
          </div>
        </form>
        <PasskeySignIn onDone={onEntered} />
        <SignOnOffers next={next} />
        <p>
          <Link to="/login/forgot">{lettersText.forgot}</Link>
        </p>
        {(flags.signUp === 'open' || flags.signUp === 'domain') && (
          <p className="muted">
            {words.noAccount}{' '}
            <Link to="/join" search={next ? { next } : {}}>
              {words.join}
            </Link>
          </p>
        )}
      </Stack>
    </Page>
  )
}
