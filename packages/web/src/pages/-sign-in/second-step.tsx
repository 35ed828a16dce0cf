import {
  type FactorProof,
  type SecondStep as Step,
  type SessionView,
  showSecondFactor,
  startSecondPasskey,
} from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { answerWithPasskey } from '../../lib/passkeys.js'
import { useForm } from '../../lib/use-form.js'
import { security as words } from '../../text/en/security.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { PageHeader, Stack } from '../../ui/page.js'

type Method = Step['methods'][number]
interface Props {
  step: Step
  onDone: (session: SessionView) => void | Promise<void>
  onStartOver: () => void
}

/** After the password: a passkey, a code of the app, or a recovery code. */
export function SecondStep({ step, onDone, onStartOver }: Props) {
  const [method, setMethod] = useState<Method>(step.methods[0] ?? 'recovery')
  return (
    <>
      <PageHeader title={words.secondTitle} lead={words.secondLead[method]} />
      <Stack>
        {method === 'passkey' ? (
          <PasskeyStep onDone={onDone} />
        ) : (
          <CodeStep key={method} method={method} onDone={onDone} />
        )}
        <nav aria-label={words.otherWays}>
          <Stack>
            {step.methods
              .filter((one) => one !== method)
              .map((one) => (
                <Button key={one} block onClick={() => setMethod(one)}>
                  {words.way[one]}
                </Button>
              ))}
            <Button variant="quiet" block onClick={onStartOver}>
              {words.startOver}
            </Button>
          </Stack>
        </nav>
      </Stack>
    </>
  )
}

const show = (body: FactorProof) => api.call(showSecondFactor, { body })

function PasskeyStep({ onDone }: Pick<Props, 'onDone'>) {
  const form = useForm({
    initial: {},
    check: () => ({}),
    submit: async () =>
      show({ method: 'passkey', response: await answerWithPasskey(await api.call(startSecondPasskey, {})) }),
    onDone,
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit}>
      <ErrorSummary message={form.message} />
      <Button type="submit" variant="primary" size="large" block autoFocus busy={form.isBusy}>
        {words.usePasskey}
      </Button>
    </form>
  )
}

function CodeStep({ method, onDone }: Pick<Props, 'onDone'> & { method: 'totp' | 'recovery' }) {
  const isApp = method === 'totp'
  const form = useForm({
    initial: { code: '' },
    check: ({ code }) => (code.trim().length >= 6 ? {} : { code: isApp ? words.needCode : words.needRecoveryCode }),
    submit: ({ code }) => show({ method, code }),
    onDone,
    fieldOf: { SecondFactorWrong: 'code' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={isApp ? words.code : words.recoveryCode}
        inputMode={isApp ? 'numeric' : 'text'}
        autoComplete={isApp ? 'one-time-code' : 'off'}
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        value={form.values.code}
        error={form.errors.code}
        onChange={(event) => form.set({ code: event.target.value })}
      />
      <Button type="submit" variant="primary" size="large" block busy={form.isBusy}>
        {words.finish}
      </Button>
    </form>
  )
}
