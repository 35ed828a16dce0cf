import { changePassword, PASSWORD_MIN } from '@stoa/contracts'
import { api } from '../../lib/api.js'
import { useRefreshFactors } from '../../lib/factor-queries.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { security } from '../../text/en/security.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass } from '../../ui/field.js'
import { PasswordField } from '../../ui/password-field.js'
import { useToast } from '../../ui/toast.js'

const words = t.account

/** Another password, or a first one; the other sessions end. */
export function PasswordForm({ hasPassword }: { hasPassword: boolean }) {
  const say = useToast()
  const refresh = useRefreshFactors()
  const form = useForm({
    initial: { current: '', next: '' },
    check: ({ current, next }) => ({
      ...(current || !hasPassword ? {} : { current: words.needPassword }),
      ...(next.length >= PASSWORD_MIN ? {} : { next: words.passwordShort(PASSWORD_MIN) }),
    }),
    submit: ({ current, next }) => api.call(changePassword, { body: hasPassword ? { current, next } : { next } }),
    onDone: async () => {
      form.set({ current: '', next: '' })
      await refresh()
      say(words.passwordChanged)
    },
    fieldOf: { WrongPassword: 'current', PasswordTooWeak: 'next' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      {hasPassword && (
        <PasswordField
          label={words.currentPassword}
          autoComplete="current-password"
          value={form.values.current}
          error={form.errors.current}
          onChange={(event) => form.set({ current: event.target.value })}
        />
      )}
      <PasswordField
        label={words.newPassword}
        help={words.passwordHelp(PASSWORD_MIN)}
        autoComplete="new-password"
        value={form.values.next}
        error={form.errors.next}
        onChange={(event) => form.set({ next: event.target.value })}
      />
      <div>
        <Button type="submit" busy={form.isBusy}>
          {hasPassword ? words.changePassword : security.setPassword}
        </Button>
      </div>
    </form>
  )
}
