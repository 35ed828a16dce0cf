import {
  createServiceToken,
  deleteServiceAccount,
  deleteServiceToken,
  rotateServiceToken,
  type ServiceAccountView,
  TOKEN_PERMISSIONS,
  updateServiceToken,
} from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { readNetworks } from '../../lib/networks.js'
import { useAct } from '../../lib/use-act.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { org as words } from '../../text/en/org.js'
import { tokens as tokenWords } from '../../text/en/tokens.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { CheckField, ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, Facts, Row, Section } from '../../ui/page.js'
import { Secret } from '../../ui/secret.js'
import { ConfirmByName, SidePanel } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { NetworksField, networkProblem, TokenNetworksForm } from '../../ui/token-networks.js'
import { servicesQuery } from './org-queries.js'

interface Props {
  org: string
  service: ServiceAccountView | undefined
  onClose: () => void
}

/** One service account beside the list: its tokens, made, renewed, revoked. */
export function ServicePanel({ org, service, onClose }: Props) {
  return (
    <SidePanel isOpen={service !== undefined} onClose={onClose} title={service?.name ?? ''}>
      {service && (
        <>
          <Facts
            facts={[
              [words.role, t.account.memberRole[service.role]],
              [words.description, service.description],
            ]}
          />
          <Tokens key={service.id} org={org} service={service} />
          <DeleteService org={org} service={service} onDone={onClose} />
        </>
      )}
    </SidePanel>
  )
}

function Tokens({ org, service }: { org: string; service: ServiceAccountView }) {
  const [secret, setSecret] = useState<string | null>(null)
  const [changing, setChanging] = useState<string | null>(null)
  const byService = { name: org, serviceId: service.id }
  const refresh = [servicesQuery(org).queryKey]
  const revoke = useAct({
    run: (tokenId: string) => api.call(deleteServiceToken, { params: { ...byService, tokenId } }),
    refresh,
    say: () => words.saved,
  })
  const rotate = useAct({
    run: (tokenId: string) => api.call(rotateServiceToken, { params: { ...byService, tokenId } }),
    refresh,
    after: ({ token }) => setSecret(token),
  })
  const limit = useAct({
    run: ({ tokenId, ipRanges }: { tokenId: string; ipRanges: string[] }) =>
      api.call(updateServiceToken, { params: { ...byService, tokenId }, body: { ipRanges } }),
    refresh,
    say: () => tokenWords.networksSaved,
  })
  const error = revoke.error ?? rotate.error
  return (
    <Section title={words.tokens}>
      {secret !== null && (
        <>
          <Notice tone="warn">{t.parts.secretOnce}</Notice>
          <Secret value={secret} what={service.name} />
        </>
      )}
      {service.tokens.length === 0 && <p className="muted">{words.noTokens}</p>}
      {service.tokens.map((token) => (
        <Card key={token.id}>
          <Row>
            <strong>{token.name}</strong> <code className="muted">…{token.hint}</code>
          </Row>
          <Row>
            {token.permissions.map((permission) => (
              <Badge key={permission}>{permission}</Badge>
            ))}
          </Row>
          <Facts
            facts={[
              [words.lastUsed, token.lastUsedAt ? <TimeAgo key="used" at={token.lastUsedAt} /> : words.neverUsed],
              [words.expires, token.expiresAt ? <TimeAgo key="ends" at={token.expiresAt} /> : words.expiresNever],
              [tokenWords.ownNetworks, token.ipRanges.length > 0 ? token.ipRanges.join(', ') : words.fromEverywhere],
            ]}
          />
          <Row>
            <Button size="dense" busy={rotate.isPending} onClick={() => rotate.mutate(token.id)}>
              {words.rotate}
            </Button>
            <Button size="dense" busy={revoke.isPending} onClick={() => revoke.mutate(token.id)}>
              {words.revoke}
            </Button>
            <Button
              size="dense"
              aria-expanded={changing === token.id}
              onClick={() => setChanging(changing === token.id ? null : token.id)}
            >
              {tokenWords.changeNetworks}
            </Button>
          </Row>
          {changing === token.id && (
            <TokenNetworksForm
              ipRanges={token.ipRanges}
              save={(ipRanges) => limit.mutateAsync({ tokenId: token.id, ipRanges })}
              onDone={() => setChanging(null)}
            />
          )}
        </Card>
      ))}
      {error && <Notice tone="bad">{error.message}</Notice>}
      <NewToken org={org} service={service} onMade={setSecret} />
    </Section>
  )
}

type Permission = (typeof TOKEN_PERMISSIONS)[number]

function NewToken({
  org,
  service,
  onMade,
}: {
  org: string
  service: ServiceAccountView
  onMade: (secret: string) => void
}) {
  const make = useAct({
    run: (body: { name: string; permissions: Permission[]; ipRanges: string[] }) =>
      api.call(createServiceToken, { params: { name: org, serviceId: service.id }, body }),
    refresh: [servicesQuery(org).queryKey],
  })
  const form = useForm({
    initial: { name: '', permissions: ['repo.content.read'] as Permission[], networks: '' },
    check: ({ name, permissions, networks }) => ({
      ...networkProblem(networks),
      ...(name.trim() ? {} : { name: words.needTokenName }),
      ...(permissions.length > 0 ? {} : { permissions: words.needPermission }),
    }),
    submit: ({ name, permissions, networks }) =>
      make.mutateAsync({ name: name.trim(), permissions, ipRanges: readNetworks(networks) }),
    onDone: ({ token }) => {
      form.set({ name: '', networks: '' })
      onMade(token)
    },
    fieldOf: { TokenNameTaken: 'name' },
  })
  const toggle = (one: Permission) => {
    const { permissions } = form.values
    form.set({
      permissions: permissions.includes(one) ? permissions.filter((held) => held !== one) : [...permissions, one],
    })
  }
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message ?? form.errors.permissions} />
      <TextField
        label={words.tokenName}
        autoComplete="off"
        maxLength={80}
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
        <legend>{words.permissions}</legend>
        {TOKEN_PERMISSIONS.map((permission) => (
          <CheckField
            key={permission}
            label={permission}
            checked={form.values.permissions.includes(permission)}
            onChange={() => toggle(permission)}
          />
        ))}
      </fieldset>
      <NetworksField
        value={form.values.networks}
        error={form.errors.networks}
        onChange={(networks) => form.set({ networks })}
      />
      <div>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {words.createToken}
        </Button>
      </div>
    </form>
  )
}

function DeleteService({ org, service, onDone }: { org: string; service: ServiceAccountView; onDone: () => void }) {
  const [isAsking, setAsking] = useState(false)
  const remove = useAct({
    run: () => api.call(deleteServiceAccount, { params: { name: org, serviceId: service.id } }),
    refresh: [servicesQuery(org).queryKey],
    say: () => words.serviceDeleted(service.name),
    after: onDone,
  })
  return (
    <>
      {remove.error && <Notice tone="bad">{remove.error.message}</Notice>}
      <p>
        <Button variant="danger" onClick={() => setAsking(true)}>
          {words.deleteService}
        </Button>
      </p>
      <ConfirmByName
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={words.deleteServiceTitle(service.name)}
        text={words.deleteServiceHelp}
        verb={words.deleteService}
        busy={remove.isPending}
        onConfirm={() => {
          setAsking(false)
          remove.mutate()
        }}
      />
    </>
  )
}
