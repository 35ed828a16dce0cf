import { confirm, startConfirm, writeConfirmLetter } from '@stoa/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { api } from '../lib/api.js'
import { lendConfirm } from '../lib/confirm.js'
import { factorsQuery, passkeysWorkHere } from '../lib/factor-queries.js'
import { answerWithPasskey } from '../lib/passkeys.js'
import { useForm } from '../lib/use-form.js'
import { t } from '../text/en.js'
import { security as words } from '../text/en/security.js'
import { Button } from './button.js'
import { ErrorSummary, formClass, TextField } from './field.js'
import { PasswordField } from './password-field.js'
import { SidePanel } from './side-panel.js'
import { Skeleton } from './skeleton.js'

interface Asked {
  resolve: () => void
  reject: (error: Error) => void
}

/** The question "is it you?", asked whenever the server wants to know before a dangerous act. */
export function ConfirmDialog() {
  const [isOpen, setOpen] = useState(false)
  const asked = useRef<Asked[]>([])
  useEffect(
    () =>
      lendConfirm(
        () =>
          new Promise<void>((resolve, reject) => {
            asked.current.push({ resolve, reject })
            setOpen(true)
          }),
      ),
    [],
  )
  const end = useCallback((error: Error | null) => {
    setOpen(false)
    for (const { resolve, reject } of asked.current.splice(0)) {
      if (error) reject(error)
      else resolve()
    }
  }, [])
  return (
    <SidePanel
      isOpen={isOpen}
      onClose={() => end(new Error(words.confirmTitle))}
      title={words.confirmTitle}
      shape="modal"
    >
      <p className="muted">{words.confirmLead}</p>
      <Ways onDone={() => end(null)} />
    </SidePanel>
  )
}

function Ways({ onDone }: { onDone: () => void }) {
  const { data: factors } = useQuery({ ...factorsQuery, staleTime: 0 })
  if (!factors) return <Skeleton lines={3} />
  const withPasskey = factors.passkeys.length > 0 && passkeysWorkHere(factors)
  const withCode = factors.totpSince !== null
  if (factors.confirmsByLetter) return <LetterWay onDone={onDone} />
  if (!withPasskey && !withCode && !factors.hasPassword) return <p>{words.confirmNone}</p>
  return (
    <>
      {withPasskey && <PasskeyWay onDone={onDone} />}
      {factors.hasPassword ? (
        <PasswordWay onDone={onDone} isOnly={!withPasskey} />
      ) : (
        withCode && <CodeWay onDone={onDone} isOnly={!withPasskey} />
      )}
    </>
  )
}

interface WayProps {
  onDone: () => void
  isOnly: boolean
}

function PasskeyWay({ onDone }: { onDone: () => void }) {
  const form = useForm({
    initial: {},
    check: () => ({}),
    submit: async () => {
      const response = await answerWithPasskey(await api.call(startConfirm, {}))
      return api.call(confirm, { body: { method: 'passkey', response } })
    },
    onDone,
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit}>
      <ErrorSummary message={form.message} />
      <Button type="submit" variant="primary" block busy={form.isBusy}>
        {words.usePasskey}
      </Button>
    </form>
  )
}

/** The link is opened in another tab of this browser; what was asked for is then tried again. */
function LetterWay({ onDone }: { onDone: () => void }) {
  const letter = useMutation({ mutationFn: () => api.call(writeConfirmLetter, {}) })
  if (!letter.data)
    return (
      <div className={formClass}>
        <ErrorSummary message={letter.error?.message} />
        <p>{words.confirmLetterLead}</p>
        <Button variant="primary" block busy={letter.isPending} onClick={() => letter.mutate()}>
          {words.confirmLetter}
        </Button>
        <p className="muted">{words.confirmAgain}</p>
      </div>
    )
  return (
    <div className={formClass}>
      <p role="status">{words.confirmWritten(letter.data.to)}</p>
      <Button variant="primary" block onClick={onDone}>
        {words.confirmOpened}
      </Button>
    </div>
  )
}

function PasswordWay({ onDone, isOnly }: WayProps) {
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => (password ? {} : { password: t.account.needPassword }),
    submit: ({ password }) => api.call(confirm, { body: { method: 'password', password } }),
    onDone,
    fieldOf: { WrongPassword: 'password' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <PasswordField
        label={t.account.password}
        autoComplete="current-password"
        autoFocus={isOnly}
        value={form.values.password}
        error={form.errors.password}
        onChange={(event) => form.set({ password: event.target.value })}
      />
      <Button type="submit" variant={isOnly ? 'primary' : 'default'} block busy={form.isBusy}>
        {words.confirm}
      </Button>
    </form>
  )
}

function CodeWay({ onDone, isOnly }: WayProps) {
  const form = useForm({
    initial: { code: '' },
    check: ({ code }) => (code.trim() ? {} : { code: words.needCode }),
    submit: ({ code }) => api.call(confirm, { body: { method: 'totp', code } }),
    onDone,
    fieldOf: { SecondFactorWrong: 'code' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.code}
        inputMode="numeric"
        autoComplete="one-time-code"
        value={form.values.code}
        error={form.errors.code}
        onChange={(event) => form.set({ code: event.target.value })}
      />
      <Button type="submit" variant={isOnly ? 'primary' : 'default'} block busy={form.isBusy}>
        {words.confirm}
      </Button>
    </form>
  )
}
