import { listIdentities, removeIdentity, type SignOnOffer, startLink } from '@stoa/contracts'
import { queryOptions, useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useSession } from '../../lib/session.js'
import { offersQuery, orgOffersQuery } from '../../lib/sign-on-queries.js'
import { useAct } from '../../lib/use-act.js'
import { useForm } from '../../lib/use-form.js'
import { identities as words } from '../../text/en/sign-on.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, Row, Section, Stack } from '../../ui/page.js'
import { PasswordField } from '../../ui/password-field.js'
import { SidePanel } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'

const identitiesQuery = queryOptions({
  queryKey: [listIdentities.id],
  queryFn: ({ signal }) => api.call(listIdentities, { signal }),
})

/** Identities elsewhere that lead to my account, and those I may connect; nothing where there are none of either. */
export function Identities({ hasPassword }: { hasPassword: boolean }) {
  const { orgs } = useSession()
  const { data: own = [] } = useQuery(identitiesQuery)
  const platform = useQuery(offersQuery)
  const ofOrgs = useQueries({ queries: orgs.map(({ name }) => orgOffersQuery(name)) })
  const [linking, setLinking] = useState<SignOnOffer | null>(null)
  const known = new Set(own.map(({ connection }) => connection.id))
  const offers = [...(platform.data?.connections ?? []), ...ofOrgs.flatMap(({ data }) => data?.connections ?? [])]
  const free = hasPassword ? offers.filter(({ id }) => !known.has(id)) : []
  const remove = useAct({
    run: (identityId: string) => api.call(removeIdentity, { params: { identityId } }),
    refresh: [identitiesQuery.queryKey],
    say: () => words.removed,
  })
  if (own.length === 0 && free.length === 0) return null
  return (
    <Section title={words.title}>
      <Stack>
        <p className="muted">{words.lead}</p>
        {remove.error && (
          <Notice tone="bad" live>
            {remove.error.message}
          </Notice>
        )}
        {own.map(({ id, connection, email, lastUsedAt }) => (
          <Card key={id}>
            <Row>
              <strong>{connection.name}</strong>
              <span className="muted">
                {email} · <TimeAgo at={lastUsedAt} />
              </span>
              <Button size="dense" busy={remove.isPending} onClick={() => remove.mutate(id)}>
                {words.remove}
              </Button>
            </Row>
          </Card>
        ))}
        {free.map((offer) => (
          <div key={offer.id}>
            <Button onClick={() => setLinking(offer)}>{words.connect(offer.name)}</Button>
          </div>
        ))}
      </Stack>
      <SidePanel isOpen={linking !== null} onClose={() => setLinking(null)} title={words.connect(linking?.name ?? '')}>
        {linking && <LinkForm offer={linking} />}
      </SidePanel>
    </Section>
  )
}

function LinkForm({ offer }: { offer: SignOnOffer }) {
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => (password ? {} : { password: words.needPassword }),
    submit: ({ password }) => api.call(startLink, { body: { connectionId: offer.id, password } }),
    onDone: ({ to }) => window.location.assign(to),
    fieldOf: { WrongPassword: 'password' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <p>{words.why}</p>
      <PasswordField
        label={words.password}
        autoComplete="current-password"
        autoFocus
        value={form.values.password}
        error={form.errors.password}
        onChange={(event) => form.set({ password: event.target.value })}
      />
      <div>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {words.goOn}
        </Button>
      </div>
    </form>
  )
}
