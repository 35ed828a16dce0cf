import { deleteRepo, moveRepo, updateRepoSettings } from '@stoa/contracts'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { repoParams, repoQuery } from '../../lib/repo-queries.js'
import { t } from '../../text/en.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, Section, Stack } from '../../ui/page.js'
import { ConfirmByName } from '../../ui/side-panel.js'
import { useToast } from '../../ui/toast.js'
import { type RepoProps, useCanWrite } from './repo-frame.js'

const words = t.repo.settings

export function SettingsTab(props: RepoProps) {
  const canWrite = useCanWrite(props.ns)
  if (!canWrite) return <Notice tone="warn">{words.onlyOwners}</Notice>
  return (
    <Stack>
      <Visibility {...props} />
      <Rename {...props} />
      <Danger {...props} />
    </Stack>
  )
}

function Visibility({ kind, ns, repo }: RepoProps) {
  const id = `${ns}/${repo}`
  const { data } = useSuspenseQuery(repoQuery(kind, id))
  const client = useQueryClient()
  const say = useToast()
  const change = useMutation({
    mutationFn: (isPrivate: boolean) =>
      api.call(updateRepoSettings, { params: repoParams(kind, id), body: { private: isPrivate } }),
    onSuccess: async () => {
      await client.invalidateQueries()
      say(words.changed)
    },
  })
  return (
    <Section title={words.visibility}>
      <Card>
        <ErrorSummary message={change.error?.message} />
        <p>{data.private ? words.isPrivate : words.isPublic}</p>
        <div>
          <Button busy={change.isPending} onClick={() => change.mutate(!data.private)}>
            {data.private ? words.makePublic : words.makePrivate}
          </Button>
        </div>
      </Card>
    </Section>
  )
}

function Rename({ kind, ns, repo }: RepoProps) {
  const id = `${ns}/${repo}`
  const [name, setName] = useState(id)
  const client = useQueryClient()
  const navigate = useNavigate()
  const say = useToast()
  const rename = useMutation({
    mutationFn: () => api.call(moveRepo, { body: { fromRepo: id, toRepo: name.trim(), type: kind } }),
    onSuccess: async () => {
      const [to = '', next = ''] = name.trim().split('/')
      const params = { ns: to, repo: next }
      await (kind === 'model'
        ? navigate({ to: '/$ns/$repo/settings', params })
        : navigate({ to: '/datasets/$ns/$repo/settings', params }))
      await client.invalidateQueries()
      say(words.renamed)
    },
  })
  return (
    <Section title={words.rename}>
      <Card>
        <ErrorSummary message={rename.error?.message} />
        <TextField
          label={words.newName}
          help={words.renameHelp}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <div>
          <Button
            busy={rename.isPending}
            disabled={name.trim() === id || !/^[^/]+\/[^/]+$/.test(name.trim())}
            onClick={() => rename.mutate()}
          >
            {words.renameSubmit}
          </Button>
        </div>
      </Card>
    </Section>
  )
}

function Danger({ kind, ns, repo }: RepoProps) {
  const id = `${ns}/${repo}`
  const [isAsking, setAsking] = useState(false)
  const client = useQueryClient()
  const navigate = useNavigate()
  const say = useToast()
  const remove = useMutation({
    mutationFn: () => api.call(deleteRepo, { body: { name: repo, organization: ns, type: kind } }),
    onSuccess: async () => {
      await navigate({ to: '/$ns', params: { ns } })
      client.removeQueries({ queryKey: repoQuery(kind, id).queryKey })
      await client.invalidateQueries()
      say(words.deleted(id))
    },
  })
  return (
    <Section title={words.danger}>
      <Card tone="danger">
        <ErrorSummary message={remove.error?.message} />
        <p>{words.deleteHelp}</p>
        <div>
          <Button variant="danger" onClick={() => setAsking(true)}>
            {words.delete}
          </Button>
        </div>
      </Card>
      <ConfirmByName
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => remove.mutate()}
        title={words.delete}
        text={words.deleteHelp}
        verb={words.delete}
        name={id}
        busy={remove.isPending}
      />
    </Section>
  )
}
