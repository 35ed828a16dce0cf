import { type ProvisioningCredential, provisioning } from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { provisioning as words } from '../../text/en/provisioning.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, Facts, Row, Section, Stack } from '../../ui/page.js'
import { Secret } from '../../ui/secret.js'
import { ConfirmByName } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { provisioningQuery } from './provisioning-queries.js'

interface Made {
  secret: string
  name: string
}

/** What the identity provider shows to be let in: made, replaced, revoked; the secret is shown once. */
export function Credentials({ org, credentials }: { org: string; credentials: readonly ProvisioningCredential[] }) {
  const [made, setMade] = useState<Made | null>(null)
  return (
    <Section title={words.credentials}>
      <Stack>
        <p className="muted">{words.credentialsHelp}</p>
        {made && (
          <>
            <Notice tone="warn">{t.parts.secretOnce}</Notice>
            <Secret value={made.secret} what={made.name} />
          </>
        )}
        {credentials.length === 0 && <p>{words.noCredentials}</p>}
        {credentials.map((credential) => (
          <Credential key={credential.id} org={org} credential={credential} onMade={setMade} />
        ))}
        <NewCredential org={org} onMade={setMade} />
      </Stack>
    </Section>
  )
}

interface CredentialProps {
  org: string
  credential: ProvisioningCredential
  onMade: (made: Made) => void
}

function Credential({ org, credential, onMade }: CredentialProps) {
  const [isAsking, setAsking] = useState(false)
  const params = { name: org, credentialId: credential.id }
  const refresh = [provisioningQuery(org).queryKey]
  const rotate = useAct({
    run: () => api.call(provisioning.rotateCredential, { params, body: {} }),
    refresh,
    after: ({ secret }) => onMade({ secret, name: credential.name }),
  })
  const revoke = useAct({
    run: () => api.call(provisioning.revokeCredential, { params }),
    refresh,
    say: () => words.revoked(credential.name),
  })
  const error = rotate.error ?? revoke.error
  return (
    <Card>
      <Row>
        <strong>{credential.name}</strong> <code className="muted">…{credential.hint}</code>
      </Row>
      <Facts
        facts={[
          [words.lastUsed, credential.lastUsedAt ? <TimeAgo key="used" at={credential.lastUsedAt} /> : words.never],
          [words.ends, credential.expiresAt ? <TimeAgo key="ends" at={credential.expiresAt} /> : words.notByItself],
        ]}
      />
      <Row>
        <Button size="dense" title={words.rotateHelp} busy={rotate.isPending} onClick={() => rotate.mutate()}>
          {words.rotate}
        </Button>
        <Button size="dense" busy={revoke.isPending} onClick={() => setAsking(true)}>
          {words.revoke}
        </Button>
      </Row>
      {error && <Notice tone="bad">{error.message}</Notice>}
      <ConfirmByName
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={words.revokeTitle(credential.name)}
        text={words.revokeHelp}
        verb={words.revoke}
        onConfirm={() => {
          setAsking(false)
          revoke.mutate()
        }}
      />
    </Card>
  )
}

const readDays = (text: string): number | null => (text.trim() === '' ? null : Number(text))
const isDays = (days: number | null): boolean => days === null || (Number.isInteger(days) && days >= 1 && days <= 3650)

function NewCredential({ org, onMade }: { org: string; onMade: (made: Made) => void }) {
  const make = useAct({
    run: (body: { name: string; expiresInDays?: number }) =>
      api.call(provisioning.addCredential, { params: { name: org }, body }),
    refresh: [provisioningQuery(org).queryKey],
  })
  const form = useForm({
    initial: { name: '', days: '365' },
    check: ({ name, days }) => ({
      ...(name.trim() ? {} : { name: words.needName }),
      ...(isDays(readDays(days)) ? {} : { days: words.badDays }),
    }),
    submit: ({ name, days }) => {
      const expiresInDays = readDays(days)
      return make.mutateAsync({ name: name.trim(), ...(expiresInDays === null ? {} : { expiresInDays }) })
    },
    onDone: ({ secret, credential }) => {
      form.set({ name: '' })
      onMade({ secret, name: credential.name })
    },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.credentialName}
        help={words.credentialNameHelp}
        autoComplete="off"
        maxLength={80}
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <TextField
        label={words.days}
        help={words.daysHelp}
        inputMode="numeric"
        autoComplete="off"
        value={form.values.days}
        error={form.errors.days}
        onChange={(event) => form.set({ days: event.target.value })}
      />
      <div>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {words.make}
        </Button>
      </div>
    </form>
  )
}
