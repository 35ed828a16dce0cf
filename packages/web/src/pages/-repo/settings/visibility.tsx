import { updateRepoSettings } from '@stoa/contracts'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { api } from '../../../lib/api.js'
import { repoParams, repoSettingsQuery } from '../../../lib/repo-queries.js'
import { useSession } from '../../../lib/session.js'
import { t } from '../../../text/en.js'
import { Button } from '../../../ui/button.js'
import { ErrorSummary } from '../../../ui/field.js'
import { Card, Row, Section } from '../../../ui/page.js'
import { useToast } from '../../../ui/toast.js'
import type { RepoProps } from '../repo-frame.js'

const words = t.repo.settings

type Visible = 'public' | 'private' | 'internal'

/** Who may see the repository. */
export function Visibility({ kind, ns, repo }: RepoProps) {
  const id = `${ns}/${repo}`
  const { data } = useSuspenseQuery(repoSettingsQuery(kind, id))
  const isOrg = useSession().orgs.some(({ name }) => name === ns)
  const client = useQueryClient()
  const say = useToast()
  const change = useMutation({
    mutationFn: (visibility: Visible) =>
      api.call(updateRepoSettings, { params: repoParams(kind, id), body: { visibility } }),
    onSuccess: async () => {
      await client.invalidateQueries()
      say(words.changed)
    },
  })
  const now: Visible = data.visibility === 'internal' ? 'internal' : data.private ? 'private' : 'public'
  const choices: readonly Visible[] = isOrg ? ['public', 'internal', 'private'] : ['public', 'private']
  return (
    <Section title={words.visibility}>
      <Card>
        <ErrorSummary message={change.error?.message} />
        <p>{words.visibleNow[now]}</p>
        <Row>
          {choices
            .filter((choice) => choice !== now)
            .map((choice) => (
              <Button key={choice} busy={change.isPending} onClick={() => change.mutate(choice)}>
                {words.makeVisible[choice]}
              </Button>
            ))}
        </Row>
      </Card>
    </Section>
  )
}
