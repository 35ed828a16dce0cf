import {
  deleteOauthApp,
  listOauthApps,
  listOauthGrants,
  renewOauthSecret,
  type ResponseOf,
  revokeOauthGrant,
} from '@stoa/contracts'
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { t } from '../../text/en.js'
import { apps as appsText } from '../../text/en/apps.js'
import { Button, ButtonLink } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Notice } from '../../ui/notice.js'
import { PageHeader, Section } from '../../ui/page.js'
import { Secret } from '../../ui/secret.js'
import { ConfirmByName, SidePanel } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { useToast } from '../../ui/toast.js'

const grantsQuery = queryOptions({
  queryKey: [listOauthGrants.id],
  queryFn: ({ signal }) => api.call(listOauthGrants, { signal }),
})
export const ownAppsQuery = queryOptions({
  queryKey: [listOauthApps.id],
  queryFn: ({ signal }) => api.call(listOauthApps, { signal }),
})

export const Route = createFileRoute('/settings/connected-applications')({
  loader: ({ context }) =>
    Promise.all([context.queryClient.ensureQueryData(grantsQuery), context.queryClient.ensureQueryData(ownAppsQuery)]),
  component: Connected,
})

const words = appsText
type Grant = ResponseOf<typeof listOauthGrants>[number]
type OwnApp = ResponseOf<typeof listOauthApps>[number]

function Connected() {
  return (
    <>
      <div>
        <PageHeader title={words.connected} lead={words.connectedLead} />
        <Grants />
      </div>
      <Section title={words.own} note={<ButtonLink to="/settings/applications/new">{words.newApp}</ButtonLink>}>
        <OwnApps />
      </Section>
    </>
  )
}

const reachOf = (grant: Grant) => {
  if (grant.allOrgs) return words.allOrgs
  return grant.orgs.length === 0 ? words.onlyYou : grant.orgs.map((org) => org.name).join(', ')
}

function Grants() {
  const { data: grants } = useSuspenseQuery(grantsQuery)
  const [removing, setRemoving] = useState<Grant | null>(null)
  const client = useQueryClient()
  const say = useToast()
  const remove = useMutation({
    mutationFn: (grant: Grant) => api.call(revokeOauthGrant, { params: { grantId: grant.id } }),
    onSuccess: async (_, grant) => {
      await client.invalidateQueries(grantsQuery)
      setRemoving(null)
      say(words.removed(grant.app.name))
    },
  })
  if (grants.length === 0) return <EmptyState title={words.noConnected}>{words.noConnectedHelp}</EmptyState>
  return (
    <>
      <DataTable
        name={words.connected}
        rows={grants}
        rowKey={(grant) => grant.id}
        columns={[
          {
            id: 'app',
            head: words.app,
            cell: (grant) => (
              <>
                <strong style={{ fontWeight: 500 }}>{grant.app.name}</strong>{' '}
                <span className="muted">{words.signIns(grant.signIns)}</span>
              </>
            ),
            value: (grant) => grant.app.name,
          },
          { id: 'may', head: words.may, cell: (grant) => <code className="muted">{grant.scopes.join(' ')}</code> },
          { id: 'for', head: words.forOrgs, cell: reachOf },
          {
            id: 'lastUsed',
            head: t.account.lastUsed,
            cell: (grant) => (grant.lastUsedAt ? <TimeAgo at={grant.lastUsedAt} /> : t.account.neverUsed),
            value: (grant) => grant.lastUsedAt,
          },
          {
            id: 'remove',
            head: '',
            cell: (grant) => (
              <Button size="dense" onClick={() => setRemoving(grant)}>
                {words.remove}
              </Button>
            ),
          },
        ]}
      />
      <ConfirmByName
        isOpen={removing !== null}
        onClose={() => setRemoving(null)}
        title={words.removeTitle(removing?.app.name ?? '')}
        text={words.removeHelp}
        verb={words.remove}
        busy={remove.isPending}
        onConfirm={() => removing && remove.mutate(removing)}
      />
    </>
  )
}

function OwnApps() {
  const { data: apps } = useSuspenseQuery(ownAppsQuery)
  const [deleting, setDeleting] = useState<OwnApp | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const client = useQueryClient()
  const say = useToast()
  const remove = useMutation({
    mutationFn: (app: OwnApp) => api.call(deleteOauthApp, { params: { appId: app.id } }),
    onSuccess: async (_, app) => {
      await client.invalidateQueries(ownAppsQuery)
      setDeleting(null)
      say(words.deleted(app.name))
    },
  })
  const renew = useMutation({
    mutationFn: (app: OwnApp) => api.call(renewOauthSecret, { params: { appId: app.id } }),
    onSuccess: (made) => setSecret(made.secret),
  })
  if (apps.length === 0) return <p className="muted">{words.ownLead}</p>
  return (
    <>
      <DataTable
        name={words.own}
        rows={apps}
        rowKey={(app) => app.id}
        columns={[
          { id: 'name', head: words.app, cell: (app) => app.name, value: (app) => app.name },
          { id: 'clientId', head: words.clientId, cell: (app) => <code>{app.clientId}</code> },
          { id: 'created', head: t.account.created, cell: (app) => <TimeAgo at={app.createdAt} /> },
          {
            id: 'actions',
            head: '',
            cell: (app) => (
              <>
                {!app.isPublic && (
                  <Button size="dense" busy={renew.isPending} onClick={() => renew.mutate(app)}>
                    {words.renew}
                  </Button>
                )}{' '}
                <Button size="dense" onClick={() => setDeleting(app)}>
                  {words.delete}
                </Button>
              </>
            ),
          },
        ]}
      />
      <SidePanel isOpen={secret !== null} onClose={() => setSecret(null)} title={words.secret}>
        <Notice tone="warn">{t.parts.secretOnce}</Notice>
        <Secret value={secret ?? ''} what={words.secret} />
      </SidePanel>
      <ConfirmByName
        isOpen={deleting !== null}
        onClose={() => setDeleting(null)}
        title={words.deleteTitle(deleting?.name ?? '')}
        text={words.deleteHelp}
        verb={words.delete}
        busy={remove.isPending}
        onConfirm={() => deleting && remove.mutate(deleting)}
      />
    </>
  )
}
