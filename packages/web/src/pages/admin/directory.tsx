import { type DirectoryView, directories } from '@stoa/contracts'
import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { directory as words } from '../../text/en/directory.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { IconPlus } from '../../ui/icons.js'
import { Notice } from '../../ui/notice.js'
import { Card, Facts, PageHeader, Row, Stack } from '../../ui/page.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { DirectoryEditor } from '../-directory/directory-editor.js'
import { directoriesQuery } from '../-directory/directory-queries.js'

export const Route = createFileRoute('/admin/directory')({
  validateSearch: (search): { edit?: string } => (typeof search['edit'] === 'string' ? { edit: search['edit'] } : {}),
  loader: ({ context }) => context.queryClient.ensureQueryData(directoriesQuery),
  component: Directories,
})

const NEW = 'new'

function Directories() {
  const { edit } = Route.useSearch()
  const navigate = Route.useNavigate()
  const { directories: known } = useSuspenseQuery(directoriesQuery).data
  const edited = known.find(({ id }) => id === edit)
  const close = () => void navigate({ search: {} })
  if (edit === NEW || edited) {
    return (
      <Stack>
        <PageHeader title={edited?.name ?? words.add} lead={words.lead} />
        <DirectoryEditor key={edit} directory={edited} onDone={close} />
      </Stack>
    )
  }
  const add = (
    <Button
      variant="primary"
      icon={<IconPlus size={16} stroke={1.75} aria-hidden />}
      onClick={() => void navigate({ search: { edit: NEW } })}
    >
      {words.add}
    </Button>
  )
  return (
    <Stack>
      <PageHeader title={words.title} lead={words.lead} actions={known.length > 0 && add} />
      {known.length === 0 && (
        <EmptyState title={words.none} action={add}>
          {words.noneHelp}
        </EmptyState>
      )}
      {known.map((one) => (
        <DirectoryCard key={one.id} directory={one} onEdit={() => void navigate({ search: { edit: one.id } })} />
      ))}
    </Stack>
  )
}

function DirectoryCard({ directory, onEdit }: { directory: DirectoryView; onEdit: () => void }) {
  const sync = useAct({
    run: () => api.call(directories.sync, { params: { directoryId: directory.id } }),
    refresh: [directoriesQuery.queryKey],
    say: (_, { syncResult, problem }) => syncResult ?? problem ?? '',
  })
  const { isEnabled, problem } = directory
  return (
    <Card>
      <Row>
        <strong>{directory.name}</strong>
        <Badge tone={!isEnabled ? 'plain' : problem === null ? 'good' : 'bad'}>
          {!isEnabled ? words.off : problem === null ? words.on : words.trouble}
        </Badge>
      </Row>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      {sync.error && <Notice tone="bad">{sync.error.message}</Notice>}
      <Facts
        facts={[
          [words.url, directory.url],
          [words.security, words.securities[directory.security]],
          [words.people, words.counts(directory.people, directory.suspended)],
          [words.compared, directory.syncedAt ? <TimeAgo key="at" at={directory.syncedAt} /> : words.notYet],
          [words.state, directory.syncResult],
        ]}
      />
      <Row>
        <Button onClick={onEdit}>{words.edit}</Button>
        <Button busy={sync.isPending} onClick={() => sync.mutate()}>
          {words.syncNow}
        </Button>
      </Row>
    </Card>
  )
}
