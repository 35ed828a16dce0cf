import { joinByInvitation, PASSWORD_MIN, type ResponseOf, type SessionView } from '@stoa/contracts'
import { api } from '../../lib/api.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { invitations } from '../../text/en/invitations.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { PasswordField } from '../../ui/password-field.js'

const words = t.account

interface Props {
  secret: string
  /** Whom the invitation names. */
  fullname: string
  /** It is for one address, which is not asked for. */
  isForOne: boolean
  onDone: (session: SessionView, isJoined: boolean) => Promise<void>
}

/** Makes an account with an invitation. */
export function InvitedForm({ secret, fullname, isForOne, onDone }: Props) {
  const form = useForm({
    initial: { name: '', fullname, email: '', password: '' },
    check: ({ name, password }) => ({
      ...(name ? {} : { name: words.needName }),
      ...(password.length >= PASSWORD_MIN ? {} : { password: words.passwordShort(PASSWORD_MIN) }),
    }),
    submit: (values): Promise<ResponseOf<typeof joinByInvitation>> =>
      api.call(joinByInvitation, {
        body: {
          secret,
          name: values.name.trim(),
          password: values.password,
          ...(values.fullname.trim() ? { fullname: values.fullname.trim() } : {}),
          ...(values.email.trim() && !isForOne ? { email: values.email.trim() } : {}),
        },
      }),
    onDone: ({ session, isJoined }) => onDone(session as SessionView, isJoined),
    fieldOf: { NameTaken: 'name', NameInvalid: 'name', PasswordTooWeak: 'password', EmailTaken: 'email' },
  })
  const { values, errors, set } = form
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message ?? (isForOne ? errors.email : undefined)} />
      <TextField
        label={words.name}
        help={words.nameHelp}
        autoComplete="username"
        autoCapitalize="none"
        value={values.name}
        error={errors.name}
        onChange={(event) => set({ name: event.target.value })}
      />
      <TextField
        label={words.fullname}
        optional
        autoComplete="name"
        value={values.fullname}
        onChange={(event) => set({ fullname: event.target.value })}
      />
      {!isForOne && (
        <TextField
          label={words.email}
          optional
          help={words.emailHelp}
          type="email"
          autoComplete="email"
          value={values.email}
          error={errors.email}
          onChange={(event) => set({ email: event.target.value })}
        />
      )}
      <PasswordField
        label={words.password}
        help={words.passwordHelp(PASSWORD_MIN)}
        autoComplete="new-password"
        value={values.password}
        error={errors.password}
        onChange={(event) => set({ password: event.target.value })}
      />
      <div>
        <Button type="submit" variant="primary" size="large" block busy={form.isBusy}>
          {invitations.makeAccount}
        </Button>
      </div>
    </form>
  )
}
