import type { ConnectionView } from '@stoa/contracts'
import { useState } from 'react'
import { type SignOnOwner, signOnActs, signOnQuery } from '../../lib/sign-on-queries.js'
import { formatDay } from '../../lib/units.js'
import { useAct } from '../../lib/use-act.js'
import { signOn as words } from '../../text/en/sign-on.js'
import { Badge, Badges } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { CopyText } from '../../ui/copy-text.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Notice } from '../../ui/notice.js'
import { Card, Facts, Row, Section, Stack } from '../../ui/page.js'
import { ConfirmByName, SidePanel } from '../../ui/side-panel.js'
import { ConnectionForm } from './connection-form.js'

interface Props {
  owner: SignOnOwner
  connections: readonly ConnectionView[]
}
type Editing = { protocol: ConnectionView['protocol']; connection: ConnectionView | null }

/** The identity providers of an owner: make, change, try, remove. */
export function Connections({ owner, connections }: Props) {
  const [editing, setEditing] = useState<Editing | null>(null)
  const buttons = (
    <Row>
      {(['oidc', 'saml'] as const).map((protocol) => (
        <Button key={protocol} onClick={() => setEditing({ protocol, connection: null })}>
          {protocol === 'oidc' ? words.addOidc : words.addSaml}
        </Button>
      ))}
    </Row>
  )
  return (
    <Section title={words.connections}>
      <Stack>
        {connections.map((connection) => (
          <ConnectionCard
            key={connection.id}
            owner={owner}
            connection={connection}
            onEdit={() => setEditing({ protocol: connection.protocol, connection })}
          />
        ))}
        {connections.length === 0 ? (
          <EmptyState title={words.noConnections} action={buttons}>
            {words.noConnectionsHelp}
          </EmptyState>
        ) : (
          buttons
        )}
      </Stack>
      <SidePanel
        isOpen={editing !== null}
        onClose={() => setEditing(null)}
        title={editing?.connection?.name ?? (editing?.protocol === 'saml' ? words.addSaml : words.addOidc)}
      >
        {editing && <ConnectionForm owner={owner} {...editing} onDone={() => setEditing(null)} />}
      </SidePanel>
    </Section>
  )
}

function ConnectionCard({
  owner,
  connection,
  onEdit,
}: {
  owner: SignOnOwner
  connection: ConnectionView
  onEdit: () => void
}) {
  const [isRemoving, setRemoving] = useState(false)
  const acts = signOnActs(owner)
  const test = useAct({ run: () => acts.test(connection.id) })
  const remove = useAct({
    run: () => acts.remove(connection.id),
    refresh: [signOnQuery(owner).queryKey],
    say: () => words.removed(connection.name),
  })
  const problem = test.error ?? remove.error
  return (
    <Card>
      <Stack>
        <Row>
          <h3>{connection.name}</h3>
          <Badges>
            <Badge>{words.protocol[connection.protocol]}</Badge>
            <Badge tone={connection.enabled ? 'good' : 'plain'}>{connection.enabled ? words.on : words.off}</Badge>
            <Badge>{words.people(connection.people)}</Badge>
          </Badges>
        </Row>
        <ProviderFacts connection={connection} />
        <CopyValues connection={connection} />
        {problem && (
          <Notice tone="bad" live>
            {problem.message}
          </Notice>
        )}
        <Row>
          <Button
            variant="primary"
            busy={test.isPending}
            onClick={() => test.mutate(undefined, { onSuccess: ({ to }) => window.location.assign(to) })}
          >
            {words.test}
          </Button>
          <Button onClick={onEdit}>{words.edit}</Button>
          <Button variant="danger" onClick={() => setRemoving(true)}>
            {words.remove}
          </Button>
        </Row>
      </Stack>
      <ConfirmByName
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        title={words.removeTitle(connection.name)}
        text={words.removeHelp}
        verb={words.remove}
        name={connection.name}
        busy={remove.isPending}
        onConfirm={() => {
          setRemoving(false)
          remove.mutate()
        }}
      />
    </Card>
  )
}

function ProviderFacts({ connection: { oidc, saml } }: { connection: ConnectionView }) {
  if (oidc)
    return (
      <Facts
        facts={[
          [words.issuer, oidc.issuer],
          [words.clientId, oidc.clientId],
        ]}
      />
    )
  return (
    <Facts
      facts={[
        [words.issuer, saml?.entityId],
        ...(saml?.certificates ?? []).map(
          ({ fingerprint, validTo }) =>
            [`${words.certificate} ${fingerprint.slice(0, 8)}`, words.validTo(formatDay(new Date(validTo)))] as const,
        ),
      ]}
    />
  )
}

function CopyValues({ connection }: { connection: ConnectionView }) {
  const keys = ['redirectUri', 'acsUrl', 'entityId', 'metadataUrl'] as const
  return (
    <div>
      <p className="muted">{words.copyTitle}</p>
      <Facts
        facts={keys.flatMap((key) => {
          const value = connection.copy[key]
          return value === null
            ? []
            : [[words.copy[key], <CopyText key={key} text={value} what={words.copy[key]} />] as const]
        })}
      />
    </div>
  )
}
