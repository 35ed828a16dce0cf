import {
  makeSignInLink,
  type PlatformAccount,
  resetFactors,
  restoreAccount,
  startImpersonation,
  suspendAccount,
} from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { admin } from '../../text/en/admin.js'
import { Button } from '../../ui/button.js'
import { formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, Section } from '../../ui/page.js'
import { Secret } from '../../ui/secret.js'
import { refreshOf } from './refresh-account.js'

const words = admin.accounts
const REASON_MIN = 3

interface FormProps {
  help: string
  verb: string
  isDanger?: boolean
  isBusy: boolean
  error: Error | null
  onSubmit: (reason: string) => void
}

/** An act that goes on the record with its reason. */
function ReasonForm({ help, verb, isDanger = false, isBusy, error, onSubmit }: FormProps) {
  const [reason, setReason] = useState('')
  const [wasTried, setTried] = useState(false)
  const isShort = reason.trim().length < REASON_MIN
  return (
    <form
      className={formClass}
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (!isShort) onSubmit(reason.trim())
      }}
    >
      <p className="muted">{help}</p>
      {error && (
        <Notice tone="bad" live>
          {error.message}
        </Notice>
      )}
      <TextField
        label={words.reason}
        help={words.reasonHelp}
        autoComplete="off"
        maxLength={500}
        value={reason}
        error={wasTried && isShort ? words.needReason : undefined}
        onChange={(event) => setReason(event.target.value)}
      />
      <p>
        <Button type="submit" variant={isDanger ? 'danger' : 'default'} busy={isBusy}>
          {verb}
        </Button>
      </p>
    </form>
  )
}

/** Suspends an account, or ends that. */
export function Suspension({ account: { name, state } }: { account: PlatformAccount }) {
  const suspend = useAct({
    run: (reason: string) => api.call(suspendAccount, { params: { name }, body: { reason } }),
    refresh: refreshOf(name),
    say: () => words.suspended(name),
  })
  const restore = useAct({
    run: () => api.call(restoreAccount, { params: { name } }),
    refresh: refreshOf(name),
    say: () => words.restored(name),
  })
  if (state === 'removed') return null
  return (
    <Section title={words.suspend}>
      {state === 'suspended' ? (
        <>
          {restore.error && <Notice tone="bad">{restore.error.message}</Notice>}
          <Button busy={restore.isPending} onClick={() => restore.mutate()}>
            {words.restore}
          </Button>
        </>
      ) : (
        <Card tone="danger">
          <ReasonForm
            help={words.suspendHelp}
            verb={words.suspend}
            isDanger
            isBusy={suspend.isPending}
            error={suspend.error}
            onSubmit={(reason) => suspend.mutate(reason)}
          />
        </Card>
      )}
    </Section>
  )
}

/** A link that lets somebody in who lost their password. */
export function SignInLink({ account: { name } }: { account: PlatformAccount }) {
  const make = useAct({
    run: (reason: string) => api.call(makeSignInLink, { params: { name }, body: { reason } }),
  })
  return (
    <Section title={words.signInLink}>
      {make.data ? (
        <>
          <Notice tone="warn">{words.linkReady}</Notice>
          <Secret value={make.data.url} what={words.signInLink} />
        </>
      ) : (
        <ReasonForm
          help={words.signInLinkHelp}
          verb={words.makeLink}
          isBusy={make.isPending}
          error={make.error}
          onSubmit={(reason) => make.mutate(reason)}
        />
      )}
    </Section>
  )
}

/** Takes the second factors off somebody who lost theirs. */
export function ResetFactors({ account: { name } }: { account: PlatformAccount }) {
  const reset = useAct({
    run: (reason: string) => api.call(resetFactors, { params: { name }, body: { reason } }),
    refresh: refreshOf(name),
    say: () => words.factorsReset(name),
  })
  return (
    <Section title={words.resetFactors}>
      <ReasonForm
        help={words.resetFactorsHelp}
        verb={words.resetFactors}
        isDanger
        isBusy={reset.isPending}
        error={reset.error}
        onSubmit={(reason) => reset.mutate(reason)}
      />
    </Section>
  )
}

/** Looks through somebody's eyes; the shell then says so on every page. */
export function Impersonate({ account: { name } }: { account: PlatformAccount }) {
  const look = useAct({
    run: (reason: string) => api.call(startImpersonation, { body: { user: name, reason } }),
    // Nothing of what was on the screen may stay: another person looks from here on.
    after: () => window.location.assign('/'),
  })
  return (
    <Section title={words.impersonate}>
      <ReasonForm
        help={words.impersonateHelp}
        verb={words.impersonateVerb}
        isBusy={look.isPending}
        error={look.error}
        onSubmit={(reason) => look.mutate(reason)}
      />
    </Section>
  )
}
