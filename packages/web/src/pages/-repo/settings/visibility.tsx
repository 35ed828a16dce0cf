import { updateRepoSettings } from '@stoa/contracts'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { api } from '../../../lib/api.js'
import { repoParams, repoQuery } from '../../../lib/repo-queries.js'
import { t } from '../../../text/en.js'
import { Button } from '../../../ui/button.js'
import { ErrorSummary } from '../../../ui/field.js'
import { Card, Section } from '../../../ui/page.js'
import { useToast } from '../../../ui/toast.js'
import type { RepoProps } from '../repo-frame.js'

const words = t.repo.settings

/** Who may see the repository. */
export function Visibility({ kind, ns, repo }: RepoProps) {
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
