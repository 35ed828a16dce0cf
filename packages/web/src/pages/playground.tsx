import { useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { callableQuery } from '../lib/callable.js'
import { useSession } from '../lib/session.js'
import { t } from '../text/en.js'
import { playground as playgroundText } from '../text/en/playground.js'
import { ButtonLink } from '../ui/button.js'
import { EmptyState } from '../ui/empty-state.js'
import { IconMessageCircle } from '../ui/icons.js'
import { Page, PageHeader } from '../ui/page.js'
import { parsePlayground, type PlaygroundSearch } from './-playground/playground-search.js'
import { Workbench } from './-playground/workbench.js'

export const Route = createFileRoute('/playground')({
  validateSearch: parsePlayground,
  loader: ({ context }) => context.queryClient.ensureQueryData(callableQuery),
  component: Playground,
})

const words = playgroundText

function Playground() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const { user } = useSession()
  const { data: models = [] } = useQuery(callableQuery)
  const chat = models.filter(({ task }) => !task || task === 'text-generation')
  const set = (change: PlaygroundSearch) => void navigate({ search: { ...search, ...change }, replace: true })
  return (
    <Page>
      <PageHeader title={words.title} lead={words.lead} />
      {!user ? (
        <EmptyState
          title={words.signInTitle}
          icon={<IconMessageCircle size={20} stroke={1.75} aria-hidden />}
          action={
            <ButtonLink to="/login" search={{ next: '/playground' }} variant="primary">
              {t.shell.signIn}
            </ButtonLink>
          }
        >
          {words.signIn}
        </EmptyState>
      ) : chat.length === 0 ? (
        <EmptyState title={words.noModels}>{words.noModelsHelp}</EmptyState>
      ) : (
        <Workbench models={chat} search={search} onSearch={set} />
      )}
    </Page>
  )
}
