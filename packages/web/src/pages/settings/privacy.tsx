import { downloadExport, listPrivacyRequests, requestErasure, requestExport, withdrawErasure } from '@stoa/contracts'
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useSession } from '../../lib/session.js'
import { formatDay } from '../../lib/units.js'
import { privacy as words } from '../../text/en/audit.js'
import { Button } from '../../ui/button.js'
import { CheckField } from '../../ui/field.js'
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
  loader: ({ context }) => context.queryClient.ensureQueryData(requestsQuery),
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

/** The password is asked again, then the archive comes at once. */
function CopyOfData() {
  const [password, setPassword] = useState('')
  const copy = useMutation({
    mutationFn: async () => {
      const { request, link } = await api.call(requestExport, { body: { password } })
      const secret = link.slice(link.lastIndexOf('.') + 1)
      const answer = await api.send(downloadExport, { params: { requestId: request.id }, body: { secret } })
      saveBlob(await answer.blob(), 'my-data.zip')
    },
    onSuccess: () => setPassword(''),
  })
  return (
    <Section title={words.copy}>
      <Card>
        <Stack>
          <p>{words.copyLead}</p>
          <PasswordField
            label={words.password}
            autoComplete="current-password"
            value={password}
            error={copy.error?.message}
            onChange={(event) => setPassword(event.target.value)}
          />
          <div>
            <Button busy={copy.isPending} disabled={password === ''} onClick={() => copy.mutate()}>
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
  const [password, setPassword] = useState('')
  const [withRepos, setWithRepos] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const ask = useMutation({
    mutationFn: () => api.call(requestErasure, { body: { password, repositories: withRepos ? 'delete' : 'none' } }),
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
      <PasswordField
        label={words.password}
        autoComplete="current-password"
        value={password}
        error={ask.error?.message}
        onChange={(event) => setPassword(event.target.value)}
      />
      <div>
        <Button
          variant="danger"
          disabled={password === '' || obstacles.length > 0}
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
