import { inspectMailLink, PASSWORD_MIN, resetPassword } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { createFileRoute, useLocation, useNavigate } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { useEnterSession } from '../../lib/session.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { letters as words } from '../../text/en/letters.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass } from '../../ui/field.js'
import { Page, PageHeader } from '../../ui/page.js'
import { PasswordField } from '../../ui/password-field.js'
import { Skeleton } from '../../ui/skeleton.js'
import { useToast } from '../../ui/toast.js'
import { LinkGone } from '../-mail/link-gone.js'

export const Route = createFileRoute('/login_/reset')({ component: Reset })

/** Sets a new password by the link of a letter; signing in follows. */
function Reset() {
  const secret = useLocation({ select: (location) => location.hash })
  const found = useQuery({
    queryKey: [inspectMailLink.id, secret],
    queryFn: ({ signal }) => api.call(inspectMailLink, { body: { secret }, signal }),
    retry: false,
    refetchOnWindowFocus: false,
  })
  if (found.isPending)
    return (
      <Page narrow>
        <Skeleton lines={4} />
      </Page>
    )
  if (found.isError || found.data.purpose !== 'reset') return <LinkGone />
  return (
    <Page narrow>
      <PageHeader title={words.forgotTitle} lead={words.resetLead(found.data.name)} />
      <ResetForm secret={secret} />
    </Page>
  )
}

function ResetForm({ secret }: { secret: string }) {
  const navigate = useNavigate()
  const enter = useEnterSession()
  const say = useToast()
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) =>
      password.length >= PASSWORD_MIN ? {} : { password: t.account.passwordShort(PASSWORD_MIN) },
    submit: ({ password }) => api.call(resetPassword, { body: { secret, password } }),
    onDone: async () => {
      await enter(null)
      say(words.resetDone)
      await navigate({ to: '/login' })
    },
    fieldOf: { PasswordTooWeak: 'password' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <PasswordField
        label={t.account.newPassword}
        help={t.account.passwordHelp(PASSWORD_MIN)}
        autoComplete="new-password"
        value={form.values.password}
        error={form.errors.password}
        onChange={(event) => form.set({ password: event.target.value })}
      />
      <div>
        <Button type="submit" variant="primary" size="large" block busy={form.isBusy}>
          {words.resetDo}
        </Button>
      </div>
    </form>
  )
}
