import { type SessionView, signInByPasskey, startPasskeySignIn } from '@stoa/contracts'
import { api } from '../../lib/api.js'
import { answerWithPasskey } from '../../lib/passkeys.js'
import { useForm } from '../../lib/use-form.js'
import { security as words } from '../../text/en/security.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass } from '../../ui/field.js'
import { IconKey } from '../../ui/icons.js'
import { mayMakePasskey } from './first-passkey.js'
import css from './sign-in.module.css'

/** Signing in with a passkey alone: nothing to type. */
export function PasskeySignIn({ onDone }: { onDone: (session: SessionView) => void | Promise<void> }) {
  const form = useForm({
    initial: {},
    check: () => ({}),
    submit: async () => {
      const response = await answerWithPasskey(await api.call(startPasskeySignIn, {}))
      return api.call(signInByPasskey, { body: { response } })
    },
    onDone,
  })
  if (!mayMakePasskey()) return null
  return (
    <form className={formClass} onSubmit={form.onSubmit}>
      <p className={css.or}>
        <span>{words.or}</span>
      </p>
      <ErrorSummary message={form.message} />
      <Button
        type="submit"
        size="large"
        block
        busy={form.isBusy}
        icon={<IconKey size={16} stroke={1.75} aria-hidden />}
      >
        {words.passkeySignIn}
      </Button>
    </form>
  )
}
