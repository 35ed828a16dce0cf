import { deleteRepo } from '@stoa/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../../lib/api.js'
import { repoQuery } from '../../../lib/repo-queries.js'
import { t } from '../../../text/en.js'
import { Button } from '../../../ui/button.js'
import { ErrorSummary } from '../../../ui/field.js'
import { Card, Section } from '../../../ui/page.js'
import { ConfirmByName } from '../../../ui/side-panel.js'
import { useToast } from '../../../ui/toast.js'
import type { RepoProps } from '../repo-frame.js'

const words = t.repo.settings

/** Removes the repository for good, behind its typed name. */
export function DeleteRepo({ kind, ns, repo }: RepoProps) {
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
