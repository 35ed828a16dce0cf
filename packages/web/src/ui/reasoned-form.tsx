import type { ReactNode } from 'react'
import { useForm } from '../lib/use-form.js'
import { admin } from '../text/en/admin.js'
import { Button } from './button.js'
import { ErrorSummary, formClass, TextField } from './field.js'

const words = admin.accounts
const REASON_MIN = 3

interface ReasonedAct<R> {
  /** What the field of the account is called, and what is said when it is empty. */
  label: string
  need: string
  verb: string
  isDanger?: boolean
  submit: (account: string, reason: string) => Promise<R>
  onDone: (result: R, account: string) => void | Promise<void>
  /** Refusals of the server that are about the account. */
  about?: readonly string[]
}

/** An act upon an account that is named here; it goes on the record with its reason. */
export function ReasonedForm<R>({
  label,
  need,
  verb,
  isDanger,
  submit,
  onDone,
  about = [],
}: ReasonedAct<R>): ReactNode {
  const fieldOf = Object.fromEntries(['AccountNotFound', ...about].map((code) => [code, 'account' as const]))
  const form = useForm({
    initial: { account: '', reason: '' },
    check: ({ account, reason }) => ({
      ...(account.trim() ? {} : { account: need }),
      ...(reason.trim().length >= REASON_MIN ? {} : { reason: words.needReason }),
    }),
    submit: ({ account, reason }) => submit(account.trim(), reason.trim()),
    onDone: async (result, { account }) => {
      form.reset()
      await onDone(result, account.trim())
    },
    fieldOf,
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={label}
        autoComplete="off"
        value={form.values.account}
        error={form.errors.account}
        onChange={(event) => form.set({ account: event.target.value })}
      />
      <TextField
        label={words.reason}
        help={words.reasonHelp}
        autoComplete="off"
        maxLength={500}
        value={form.values.reason}
        error={form.errors.reason}
        onChange={(event) => form.set({ reason: event.target.value })}
      />
      <div>
        <Button type="submit" variant={isDanger ? 'danger' : 'default'} busy={form.isBusy}>
          {verb}
        </Button>
      </div>
    </form>
  )
}
