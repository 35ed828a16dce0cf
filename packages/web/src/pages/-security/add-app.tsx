import { addTotp, startTotp } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { api } from '../../lib/api.js'
import { useRefreshFactors } from '../../lib/factor-queries.js'
import { useForm } from '../../lib/use-form.js'
import { security as words } from '../../text/en/security.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { useToast } from '../../ui/toast.js'
import { RecoveryCodes } from './recovery-codes.js'
import css from './security.module.css'

const QrCode = lazy(() => import('./qr-code.js').then((module) => ({ default: module.QrCode })))

interface Props {
  isOpen: boolean
  onClose: () => void
}

/** Adds an authenticator app: scan, type the first code, keep the recovery codes. */
export function AddAppPanel({ isOpen, onClose }: Props) {
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const close = () => {
    setCodes(null)
    onClose()
  }
  return (
    <SidePanel isOpen={isOpen} onClose={close} title={codes ? words.recovery : words.addApp}>
      {codes ? <RecoveryCodes codes={codes} onClose={close} /> : <AddApp onCodes={setCodes} onClose={close} />}
    </SidePanel>
  )
}

function AddApp({ onCodes, onClose }: { onCodes: (codes: readonly string[]) => void; onClose: () => void }) {
  const refresh = useRefreshFactors()
  const say = useToast()
  const started = useQuery({
    queryKey: [startTotp.id],
    queryFn: () => api.call(startTotp, {}),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  const form = useForm({
    initial: { code: '' },
    check: ({ code }) => (/^\s*\d{3}\s?\d{3}\s*$/.test(code) ? {} : { code: words.needCode }),
    submit: ({ code }) => api.call(addTotp, { body: { code } }),
    onDone: async ({ recoveryCodes }) => {
      say(words.appAdded)
      await refresh()
      if (recoveryCodes) onCodes(recoveryCodes)
      else onClose()
    },
    fieldOf: { SecondFactorWrong: 'code' },
  })
  if (started.isError) return <ErrorSummary message={started.error.message} />
  if (!started.data) return <Skeleton lines={6} />
  const { secret, uri } = started.data
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <p>{words.scan}</p>
      <Suspense fallback={<Skeleton lines={6} />}>
        <QrCode text={uri} />
      </Suspense>
      <p className="muted">
        {words.cannotScan}{' '}
        <code className={css.setupKey} data-testid="totp-secret">
          {secret.match(/.{1,4}/g)?.join(' ')}
        </code>
      </p>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.code}
        inputMode="numeric"
        autoComplete="one-time-code"
        autoFocus
        value={form.values.code}
        error={form.errors.code}
        onChange={(event) => form.set({ code: event.target.value })}
      />
      <Button type="submit" variant="primary" busy={form.isBusy}>
        {words.finishApp}
      </Button>
    </form>
  )
}
