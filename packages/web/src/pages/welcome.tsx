import { inspectLink, PASSWORD_MIN, redeemLink, type SessionView } from '@stoa/contracts'
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { createFileRoute, useLocation, useNavigate } from '@tanstack/react-router'
import { api } from '../lib/api.js'
import { useEnterSession } from '../lib/session.js'
import { formatTime } from '../lib/units.js'
import { useForm } from '../lib/use-form.js'
import { t } from '../text/en.js'
import { Button, ButtonLink } from '../ui/button.js'
import { EmptyState } from '../ui/empty-state.js'
import { ErrorSummary, formClass, TextField } from '../ui/field.js'
import { Card, Facts, Page, PageHeader, Section, Stack } from '../ui/page.js'
import { PasswordField } from '../ui/password-field.js'
import { Skeleton } from '../ui/skeleton.js'
import { security } from '../text/en/security.js'
import { RecoveryCodes } from './-security/recovery-codes.js'
import { addFirstPasskey, mayMakePasskey, sameAtLocalhost } from './-sign-in/first-passkey.js'
import { SecondStep } from './-sign-in/second-step.js'

export const Route = createFileRoute('/welcome')({
  validateSearch: (search): { link?: string } => (search['link'] === undefined ? {} : { link: String(search['link']) }),
  component: Welcome,
})

const words = t.account

/** Redeems a one-time link: the first administrator, or a set-password link. Looking does not use the link up. */
function Welcome() {
  const { link: asked = '' } = Route.useSearch()
  // The printed link carries its secret behind `#`, where no server log and no referrer ever sees it.
  const link = useLocation({ select: (location) => location.hash }) || asked
  const found = useQuery({
    queryKey: [inspectLink.id, link],
    queryFn: ({ signal }) => api.call(inspectLink, { body: { secret: link }, signal }),
    retry: false,
    refetchOnWindowFocus: false,
  })
  if (found.isPending)
    return (
      <Page narrow>
        <Skeleton lines={6} />
      </Page>
    )
  if (found.isError) {
    return (
      <Page narrow>
        <EmptyState
          title={words.linkInvalidTitle}
          action={
            <ButtonLink to="/login" variant="primary">
              {words.signIn}
            </ButtonLink>
          }
        >
          {words.linkInvalid}
        </EmptyState>
      </Page>
    )
  }
  const { purpose, name, expiresAt } = found.data
  const isAdmin = purpose === 'first_admin'
  return (
    <Page narrow>
      <PageHeader
        title={isAdmin ? words.welcomeTitle : words.setPasswordTitle(name ?? '')}
        lead={isAdmin ? words.welcomeLead : words.setPasswordLead}
      />
      <Stack>
        <RedeemForm secret={link} isAdmin={isAdmin} />
        <p className="muted">
          {words.linkExpires} {formatTime(new Date(expiresAt))}.
        </p>
        {isAdmin && (
          <Section title={words.switchedOn}>
            <Card>
              <Facts facts={words.switchedList.map(({ what, state }) => [what, state] as const)} />
            </Card>
          </Section>
        )}
      </Stack>
    </Page>
  )
}

function RedeemForm({ secret, isAdmin }: { secret: string; isAdmin: boolean }) {
  const navigate = useNavigate()
  const enter = useEnterSession()
  const [pending, setPending] = useState<SessionView['pending']>()
  const onEntered = async (session: SessionView) => {
    if (session.pending) return setPending(session.pending)
    await enter(session)
    await navigate({ to: '/' })
  }
  const [way, setWay] = useState<'password' | 'passkey'>('password')
  const [made, setMade] = useState<{ session: SessionView; codes: readonly string[] } | null>(null)
  const form = useForm({
    initial: { name: '', fullname: '', email: '', password: '' },
    check: ({ name, password }) => ({
      ...(name || !isAdmin ? {} : { name: words.needName }),
      ...(way === 'passkey' || password.length >= PASSWORD_MIN ? {} : { password: words.passwordShort(PASSWORD_MIN) }),
    }),
    submit: async ({ name, fullname, email, password }) => {
      const extra = {
        ...(fullname.trim() ? { fullname: fullname.trim() } : {}),
        ...(email.trim() ? { email: email.trim() } : {}),
      }
      const proof = way === 'password' ? { password } : {}
      const body = { secret, ...proof, ...(isAdmin ? { name: name.trim(), ...extra } : {}) }
      const session = await api.call(redeemLink, { body })
      // The link is used up: whoever could not make a passkey now does it in the settings.
      return { session, codes: way === 'passkey' ? await addFirstPasskey(security.firstPasskey).catch(() => null) : [] }
    },
    onDone: async ({ session, codes }) => {
      if (codes && codes.length > 0) return setMade({ session, codes })
      await onEntered(session)
      if (codes === null) await navigate({ to: '/settings/security' })
    },
    fieldOf: { NameTaken: 'name', NameInvalid: 'name', PasswordTooWeak: 'password', EmailTaken: 'email' },
  })
  if (made) return <RecoveryCodes codes={made.codes} onClose={() => void onEntered(made.session)} />
  if (pending) {
    return <SecondStep step={pending} onDone={onEntered} onStartOver={() => void navigate({ to: '/login' })} />
  }
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      {isAdmin && (
        <>
          <TextField
            label={words.name}
            help={words.nameHelp}
            autoComplete="username"
            autoCapitalize="none"
            autoFocus
            value={form.values.name}
            error={form.errors.name}
            onChange={(event) => form.set({ name: event.target.value })}
          />
          <TextField
            label={words.fullname}
            optional
            autoComplete="name"
            value={form.values.fullname}
            error={form.errors.fullname}
            onChange={(event) => form.set({ fullname: event.target.value })}
          />
          <TextField
            label={words.email}
            optional
            help={words.emailHelp}
            type="email"
            autoComplete="email"
            value={form.values.email}
            error={form.errors.email}
            onChange={(event) => form.set({ email: event.target.value })}
          />
        </>
      )}
      {way === 'password' ? (
        <PasswordField
          label={words.password}
          help={words.passwordHelp(PASSWORD_MIN)}
          autoComplete="new-password"
          value={form.values.password}
          error={form.errors.password}
          onChange={(event) => form.set({ password: event.target.value })}
        />
      ) : (
        <p className="muted">{security.passkeyNext}</p>
      )}
      <div>
        <Button type="submit" variant="primary" size="large" block busy={form.isBusy}>
          {way === 'passkey' ? security.adminByPasskey : isAdmin ? words.welcomeSubmit : words.setPasswordSubmit}
        </Button>
      </div>
      {isAdmin && <OtherWay way={way} onChange={setWay} />}
    </form>
  )
}

function OtherWay({ way, onChange }: { way: 'password' | 'passkey'; onChange: (way: 'password' | 'passkey') => void }) {
  const there = sameAtLocalhost()
  if (there !== null) {
    return (
      <p className="muted">
        {security.passkeyAtLocalhost} <a href={there}>localhost</a>.
      </p>
    )
  }
  if (!mayMakePasskey()) return null
  return (
    <Button block onClick={() => onChange(way === 'password' ? 'passkey' : 'password')}>
      {way === 'password' ? security.passkeyInstead : security.passwordInstead}
    </Button>
  )
}
