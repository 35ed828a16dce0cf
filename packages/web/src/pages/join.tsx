import { PASSWORD_MIN, signUp } from '@stoa/contracts'
import { createFileRoute, Link, useRouter } from '@tanstack/react-router'
import { api } from '../lib/api.js'
import { safeNext } from '../lib/require-user.js'
import { useEnterSession, useSession } from '../lib/session.js'
import { useForm } from '../lib/use-form.js'
import { t } from '../text/en.js'
import { letters as lettersText } from '../text/en/letters.js'
import { Button } from '../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../ui/field.js'
import { Notice } from '../ui/notice.js'
import { Page, PageHeader } from '../ui/page.js'
import { PasswordField } from '../ui/password-field.js'
import { AskToJoin } from './-join/ask-to-join.js'

export const Route = createFileRoute('/join')({
  validateSearch: (search): { next?: string } =>
    typeof search['next'] === 'string' ? { next: safeNext(search['next']) } : {},
  component: Join,
})

const words = t.account

function Join() {
  const { flags } = useSession()
  return (
    <Page narrow>
      <PageHeader title={words.joinTitle} lead={words.joinLead} />
      {flags.signUp === 'open' && <JoinForm />}
      {flags.signUp === 'domain' && <AskToJoin />}
      {flags.signUp === 'invitation' && <Notice>{lettersText.joinInvited}</Notice>}
      {flags.signUp === 'closed' && <Notice>{words.joinClosed}</Notice>}
    </Page>
  )
}

function JoinForm() {
  const { next } = Route.useSearch()
  const router = useRouter()
  const enter = useEnterSession()
  const form = useForm({
    initial: { name: '', email: '', password: '' },
    check: ({ name, password }) => ({
      ...(name ? {} : { name: words.needName }),
      ...(password.length >= PASSWORD_MIN ? {} : { password: words.passwordShort(PASSWORD_MIN) }),
    }),
    submit: ({ name, email, password }) =>
      api.call(signUp, { body: { name: name.trim(), password, ...(email.trim() ? { email: email.trim() } : {}) } }),
    onDone: async (session) => {
      await enter(session)
      router.history.push(safeNext(next))
    },
    fieldOf: { NameTaken: 'name', NameInvalid: 'name', PasswordTooWeak: 'password', EmailTaken: 'email' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.name}
        help={words.nameHelp}
        autoComplete="username"
        autoCapitalize="none"
        autoFocus
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <TextField
        label={words.email}
        optional
        help={words.emailHelp}
        type="email"
        autoComplete="email"
        value={form.values.email}
        error={form.errors.email}
        onChange={(event) => form.set({ email: event.target.value })}
      />
      <PasswordField
        label={words.password}
        help={words.passwordHelp(PASSWORD_MIN)}
        autoComplete="new-password"
        value={form.values.password}
        error={form.errors.password}
        onChange={(event) => form.set({ password: event.target.value })}
      />
      <div>
        <Button type="submit" variant="primary" size="large" block busy={form.isBusy}>
          {words.joinSubmit}
        </Button>
      </div>
      <p className="muted">
        {words.haveAccount}{' '}
        <Link to="/login" search={next ? { next } : {}}>
          {words.signIn}
        </Link>
      </p>
    </form>
  )
}
