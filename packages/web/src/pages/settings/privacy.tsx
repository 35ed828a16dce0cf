import { downloadExport, listPrivacyRequests, requestErasure, requestExport, withdrawErasure } from '@stoa/contracts'
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { factorsQuery } from '../../lib/factor-queries.js'
import { useSession } from '../../lib/session.js'
import { formatDay } from '../../lib/units.js'
import { privacy as words } from '../../text/en/audit.js'
import { Button } from '../../ui/button.js'
import { CheckField, ErrorSummary } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, PageHeader, Section, Stack } from '../../ui/page.js'
import { PasswordField } from '../../ui/password-field.js'
import { ConfirmByName } from '../../ui/side-panel.js'
import { useToast } from '../../ui/toast.js'
import { saveBlob } from '../-audit/audit-explorer.js'

const requestsQuery = queryOptions({
  queryKey: [listPrivacyRequests.id],
  queryFn: ({ signal }) => api.call(listPrivacyRequests, { signal }),
})

export const Route = createFileRoute('/settings/privacy')({
  loader: ({ context: { queryClient } }) =>
    Promise.all([queryClient.ensureQueryData(requestsQuery), queryClient.ensureQueryData(factorsQuery)]),
  component: Privacy,
})

function Privacy() {
  return (
    <Stack>
      <PageHeader title={words.title} lead={words.lead} />
      <CopyOfData />
      <DeleteAccount />
    </Stack>
  )
}

/** Who has no password here is asked by the dialog "is it you?", when the server wants to know. */
function useProof() {
  const { data } = useSuspenseQuery(factorsQuery)
  const [password, setPassword] = useState('')
  const { hasPassword } = data
  return {
    hasPassword,
    password,
    setPassword,
    isGiven: !hasPassword || password !== '',
    body: hasPassword ? { password } : {},
  }
}

function ProofField({ proof, error }: { proof: ReturnType<typeof useProof>; error: string | undefined }) {
  if (!proof.hasPassword) return <ErrorSummary message={error} />
  return (
    <PasswordField
      label={words.password}
      autoComplete="current-password"
      value={proof.password}
      error={error}
      onChange={(event) => proof.setPassword(event.target.value)}
    />
  )
}

/** The password is asked again, then the archive comes at once. */
function CopyOfData() {
  const proof = useProof()
  const copy = useMutation({
    mutationFn: async () => {
      const { request, link } = await api.call(requestExport, { body: proof.body })
      const secret = link.slice(link.lastIndexOf('.') + 1)
      const answer = await api.send(downloadExport, { params: { requestId: request.id }, body: { secret } })
      saveBlob(await answer.blob(), 'my-data.zip')
    },
    onSuccess: () => proof.setPassword(''),
  })
  return (
    <Section title={words.copy}>
      <Card>
        <Stack>
          <p>{words.copyLead}</p>
          <ProofField proof={proof} error={copy.error?.message} />
          <div>
            <Button busy={copy.isPending} disabled={!proof.isGiven} onClick={() => copy.mutate()}>
              {words.make}
            </Button>
          </div>
        </Stack>
      </Card>
    </Section>
  )
}

function DeleteAccount() {
  const { data } = useSuspenseQuery(requestsQuery)
  const waiting = data.requests.find((one) => one.kind === 'erasure' && one.state === 'waiting')
  return (
    <Section title={words.remove}>
      <Card>
        {waiting ? <Waiting runAt={waiting.runAt ?? waiting.dueAt} /> : <AskDeletion obstacles={data.obstacles} />}
      </Card>
    </Section>
  )
}

function Waiting({ runAt }: { runAt: string }) {
  const client = useQueryClient()
  const toast = useToast()
  const keep = useMutation({
    mutationFn: () => api.call(withdrawErasure, {}),
    onSuccess: async () => {
      await client.invalidateQueries(requestsQuery)
      toast(words.kept)
    },
  })
  return (
    <Stack>
      <Notice tone="warn">{words.waiting(formatDay(new Date(runAt)))}</Notice>
      <div>
        <Button variant="primary" busy={keep.isPending} onClick={() => keep.mutate()}>
          {words.keep}
        </Button>
      </div>
    </Stack>
  )
}

function AskDeletion({ obstacles }: { obstacles: readonly string[] }) {
  const { user } = useSession()
  const client = useQueryClient()
  const toast = useToast()
  const proof = useProof()
  const [withRepos, setWithRepos] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const ask = useMutation({
    mutationFn: () =>
      api.call(requestErasure, { body: { ...proof.body, repositories: withRepos ? 'delete' : 'none' } }),
    onSettled: () => setAsking(false),
    onSuccess: async () => {
      await client.invalidateQueries(requestsQuery)
      toast(words.asked)
    },
  })
  const name = user?.name ?? ''
  return (
    <Stack>
      <p>{words.removeLead}</p>
      {obstacles.length > 0 && (
        <Notice tone="warn">
          {words.obstacles} {obstacles.join(' ')}
        </Notice>
      )}
      <CheckField
        label={words.withRepos}
        checked={withRepos}
        onChange={(event) => setWithRepos(event.target.checked)}
      />
      <ProofField proof={proof} error={ask.error?.message} />
      <div>
        <Button
          variant="danger"
          disabled={!proof.isGiven || obstacles.length > 0}
          busy={ask.isPending}
          onClick={() => setAsking(true)}
        >
          {words.removeVerb}
        </Button>
      </div>
      <ConfirmByName
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => ask.mutate()}
        title={words.confirmTitle}
        text={words.confirmText(name)}
        verb={words.removeVerb}
        name={name}
        busy={ask.isPending}
      />
    </Stack>
  )
}
