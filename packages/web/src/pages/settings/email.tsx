import { changeEmail, getEmail, removeEmail } from '@stoa/contracts'
import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { sessionQuery } from '../../lib/session.js'
import { formatTime } from '../../lib/units.js'
import { useAct } from '../../lib/use-act.js'
import { useForm } from '../../lib/use-form.js'
import { letters as words } from '../../text/en/letters.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { PageHeader, Row, Section, Stack } from '../../ui/page.js'
import { ConfirmByName } from '../../ui/side-panel.js'
import { useToast } from '../../ui/toast.js'
import { isAddress } from '../-mail/is-address.js'

const emailQuery = queryOptions({
  queryKey: [getEmail.id],
  queryFn: ({ signal }) => api.call(getEmail, { signal }),
})

export const Route = createFileRoute('/settings/email')({
  loader: ({ context }) => context.queryClient.ensureQueryData(emailQuery),
  component: Email,
})

function Email() {
  const { data } = useSuspenseQuery(emailQuery)
  const { email, isVerified, pending, isSending } = data
  const isWaiting = pending !== null && !(isVerified && pending.email === email)
  return (
    <Stack>
      <PageHeader title={words.email} lead={words.emailLead} />
      <Row>
        {email === null ? (
          <span>{words.noAddress}</span>
        ) : (
          <>
            <strong>{email}</strong>
            <Badge tone={isVerified ? 'good' : 'warn'}>{isVerified ? words.verified : words.unverified}</Badge>
          </>
        )}
      </Row>
      {isWaiting && <Notice>{words.pending(pending.email, formatTime(new Date(pending.expiresAt)))}</Notice>}
      {!isWaiting && email !== null && !isVerified && <Notice tone="warn">{words.unverifiedHelp}</Notice>}
      {!isSending && <Notice>{words.notSending}</Notice>}
      <Section title={words.newAddress}>
        <AddressForm initial={isWaiting ? pending.email : isVerified ? '' : (email ?? '')} isAgain={isWaiting} />
      </Section>
      {email !== null && <RemoveAddress />}
    </Stack>
  )
}

function AddressForm({ initial, isAgain }: { initial: string; isAgain: boolean }) {
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { email: initial },
    check: ({ email }) => (isAddress(email) ? {} : { email: words.needEmail }),
    submit: ({ email }) => api.call(changeEmail, { body: { email: email.trim() } }),
    onDone: async (saved, { email }) => {
      client.setQueryData(emailQuery.queryKey, saved)
      await client.invalidateQueries(sessionQuery)
      say(words.written(email.trim()))
    },
    fieldOf: { InvalidRequest: 'email', LetterLimit: 'email' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.address}
        help={words.current}
        type="email"
        autoComplete="email"
        value={form.values.email}
        error={form.errors.email}
        onChange={(event) => form.set({ email: event.target.value })}
      />
      <div>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {isAgain ? words.again : words.write}
        </Button>
      </div>
    </form>
  )
}

function RemoveAddress() {
  const [isAsking, setAsking] = useState(false)
  const remove = useAct({
    run: () => api.call(removeEmail, {}),
    refresh: [emailQuery.queryKey, sessionQuery.queryKey],
    say: () => words.removed,
    after: () => setAsking(false),
  })
  return (
    <div>
      <Button variant="danger" onClick={() => setAsking(true)}>
        {words.remove}
      </Button>
      <ConfirmByName
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={words.removeTitle}
        text={words.removeHelp}
        verb={words.remove}
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </div>
  )
}
