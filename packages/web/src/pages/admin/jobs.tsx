import { cancelJob, JOB_STATES, type JobView, listJobs, retryJob } from '@stoa/contracts'
import { useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { t } from '../../text/en.js'
import { admin } from '../../text/en/admin.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { CopyText } from '../../ui/copy-text.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { SelectField } from '../../ui/field.js'
import { Tile, Tiles } from '../../ui/figure.js'
import { Notice } from '../../ui/notice.js'
import { Facts, PageHeader, Row, Stack } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { type JobFilter, jobsQuery } from '../-admin/admin-queries.js'

const words = admin.jobs

export const Route = createFileRoute('/admin/jobs')({
  validateSearch: (search): JobFilter & { job?: string } => ({
    ...(JOB_STATES.includes(search['state'] as 'failed') ? { state: search['state'] as 'failed' } : {}),
    ...(typeof search['kind'] === 'string' ? { kind: search['kind'] } : {}),
    ...(typeof search['job'] === 'string' ? { job: search['job'] } : {}),
  }),
  loaderDeps: ({ search: { state, kind } }): JobFilter => ({ ...(state ? { state } : {}), ...(kind ? { kind } : {}) }),
  loader: ({ context, deps }) => context.queryClient.ensureInfiniteQueryData(jobsQuery(deps)),
  component: Jobs,
})

const tones = { queued: 'plain', running: 'accent', done: 'good', failed: 'bad', cancelled: 'warn' } as const

function Jobs() {
  const { job: opened, ...filter } = Route.useSearch()
  const navigate = Route.useNavigate()
  const list = useSuspenseInfiniteQuery(jobsQuery(filter))
  const jobs = list.data.pages.flatMap((page) => page.jobs)
  const { counts, kinds } = list.data.pages[0] ?? { counts: undefined, kinds: [] }
  const close = () => void navigate({ search: filter })
  return (
    <Stack>
      <PageHeader title={admin.sections.jobs} lead={words.lead} />
      <Tiles>
        {JOB_STATES.map((state) => (
          <Tile key={state} label={words.states[state]} value={counts?.[state] ?? 0} />
        ))}
      </Tiles>
      <Row>
        <SelectField
          label={words.state}
          dense
          value={filter.state ?? ''}
          options={[
            { value: '', label: words.anyState },
            ...JOB_STATES.map((state) => ({ value: state, label: words.states[state] })),
          ]}
          onChange={({ target }) => {
            const { state: _, ...rest } = filter
            void navigate({ search: target.value ? { ...rest, state: target.value as 'failed' } : rest })
          }}
        />
        <SelectField
          label={words.kind}
          dense
          value={filter.kind ?? ''}
          options={[{ value: '', label: words.allKinds }, ...kinds.map((kind) => ({ value: kind, label: kind }))]}
          onChange={({ target }) => {
            const { kind: _, ...rest } = filter
            void navigate({ search: target.value ? { ...rest, kind: target.value } : rest })
          }}
        />
      </Row>
      {jobs.length === 0 ? (
        <EmptyState title={words.none}>{words.noneHelp}</EmptyState>
      ) : (
        <JobTable jobs={jobs} selected={opened} onOpen={(id) => void navigate({ search: { ...filter, job: id } })} />
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.parts.moreRows}
        </Button>
      )}
      <JobPanel job={jobs.find(({ id }) => id === opened)} onClose={close} />
    </Stack>
  )
}

interface TableProps {
  jobs: readonly JobView[]
  selected: string | undefined
  onOpen: (id: string) => void
}

function JobTable({ jobs, selected, onOpen }: TableProps) {
  return (
    <DataTable
      name={admin.sections.jobs}
      rows={jobs}
      rowKey={(job) => job.id}
      selected={selected}
      onOpen={(job) => onOpen(job.id)}
      columns={[
        { id: 'kind', head: words.kind, cell: (job) => <code>{job.kind}</code>, value: (job) => job.kind },
        {
          id: 'state',
          head: words.state,
          cell: (job) => <Badge tone={tones[job.state]}>{words.states[job.state]}</Badge>,
          value: (job) => job.state,
        },
        {
          id: 'attempts',
          head: words.attempts,
          cell: (job) => job.attempts,
          value: (job) => job.attempts,
          isNumeric: true,
        },
        { id: 'due', head: words.due, cell: (job) => <TimeAgo at={job.runAt} />, value: (job) => job.runAt },
        {
          id: 'error',
          head: words.error,
          cell: (job) => job.error?.slice(0, 80) ?? '',
          value: (job) => job.error,
        },
      ]}
    />
  )
}

function JobPanel({ job, onClose }: { job: JobView | undefined; onClose: () => void }) {
  const refresh = [[listJobs.id]]
  const retry = useAct({
    run: (one: JobView) => api.call(retryJob, { params: { id: one.id } }),
    refresh,
    say: (one) => words.retried(one.kind),
  })
  const cancel = useAct({
    run: (one: JobView) => api.call(cancelJob, { params: { id: one.id } }),
    refresh,
    say: (one) => words.cancelled(one.kind),
  })
  const error = retry.error ?? cancel.error
  return (
    <SidePanel isOpen={job !== undefined} onClose={onClose} title={job?.kind ?? ''}>
      {job && (
        <>
          <Facts
            facts={[
              [words.id, <CopyText key="id" text={job.id} what={words.id} />],
              [
                words.state,
                <Badge key="state" tone={tones[job.state]}>
                  {words.states[job.state]}
                </Badge>,
              ],
              [words.attempts, job.attempts],
              [words.made, <TimeAgo key="made" at={job.createdAt} />],
              [words.due, <TimeAgo key="due" at={job.runAt} />],
              [words.ended, job.finishedAt && <TimeAgo key="ended" at={job.finishedAt} />],
            ]}
          />
          {job.isRepeated && <p className="muted">{words.repeated}</p>}
          {job.error && (
            <>
              <strong>{words.error}</strong>
              <pre style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{job.error}</pre>
            </>
          )}
          {error && (
            <Notice tone="bad" live>
              {error.message}
            </Notice>
          )}
          <Row>
            {['queued', 'failed', 'cancelled'].includes(job.state) && (
              <Button variant="primary" busy={retry.isPending} onClick={() => retry.mutate(job)}>
                {words.retry}
              </Button>
            )}
            {['queued', 'running'].includes(job.state) && (
              <Button busy={cancel.isPending} onClick={() => cancel.mutate(job)}>
                {words.cancel}
              </Button>
            )}
          </Row>
        </>
      )}
    </SidePanel>
  )
}
