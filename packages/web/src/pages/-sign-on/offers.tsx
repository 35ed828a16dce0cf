import { findSignOn, type SignOnOffer, startSignOn } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { offersQuery } from '../../lib/sign-on-queries.js'
import { useAct } from '../../lib/use-act.js'
import { useForm } from '../../lib/use-form.js'
import { signOn as words } from '../../text/en/sign-on.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Stack } from '../../ui/page.js'

interface Props {
  next: string | undefined
}

/** What the sign-in page offers beside the password; nothing where nothing is connected. */
export function SignOnOffers({ next }: Props) {
  const { data } = useQuery(offersQuery)
  const [isByEmail, setByEmail] = useState(false)
  if (!data || (data.connections.length === 0 && !data.byEmail)) return null
  return (
    <Stack>
      <OfferButtons offers={data.connections} next={next} />
      {data.byEmail && !isByEmail && (
        <Button size="large" block onClick={() => setByEmail(true)}>
          {words.byEmail}
        </Button>
      )}
      {isByEmail && <ByEmail next={next} />}
    </Stack>
  )
}

/** To the provider's own page. */
const leave = ({ to }: { to: string }): void => window.location.assign(to)

/** One button a connection; each leads to its provider. */
export function OfferButtons({
  offers,
  next,
  loginHint,
}: Props & { offers: readonly SignOnOffer[]; loginHint?: string }) {
  const start = useAct({
    run: (connectionId: string) =>
      api.call(startSignOn, { body: { connectionId, ...(next ? { next } : {}), ...(loginHint ? { loginHint } : {}) } }),
  })
  return (
    <>
      {start.error && (
        <Notice tone="bad" live>
          {start.error.message}
        </Notice>
      )}
      {offers.map((offer) => (
        <Button
          key={offer.id}
          size="large"
          block
          busy={start.isPending && start.variables === offer.id}
          onClick={() => start.mutate(offer.id, { onSuccess: leave })}
        >
          {words.continueWith(offer.name)}
        </Button>
      ))}
    </>
  )
}

function ByEmail({ next }: Props) {
  const [found, setFound] = useState<{ offers: readonly SignOnOffer[]; email: string }>()
  const form = useForm({
    initial: { email: '' },
    check: ({ email }) => (email.includes('@') ? {} : { email: words.needEmail }),
    submit: ({ email }) => api.call(findSignOn, { body: { email: email.trim() } }),
    onDone: ({ connections }, { email }) => setFound({ offers: connections, email: email.trim() }),
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.emailLabel}
        help={words.emailHelp}
        type="email"
        autoComplete="email"
        autoFocus
        value={form.values.email}
        error={form.errors.email}
        onChange={(event) => {
          form.set({ email: event.target.value })
          setFound(undefined)
        }}
      />
      {found?.offers.length === 0 && (
        <Notice tone="warn" live>
          {words.noneFound}
        </Notice>
      )}
      {found && found.offers.length > 0 ? (
        <OfferButtons offers={found.offers} next={next} loginHint={found.email} />
      ) : (
        <Button type="submit" variant="primary" size="large" block busy={form.isBusy}>
          {words.find}
        </Button>
      )}
    </form>
  )
}
