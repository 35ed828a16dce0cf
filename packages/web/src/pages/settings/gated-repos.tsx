import type { listMyAccessRequests, ResponseOf } from '@stoa/contracts'
import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute, Link } from '@tanstack/react-router'
import { myAccessRequestsQuery } from '../../lib/gate-queries.js'
import { gates as gatesText } from '../../text/en/gates.js'
import { Badge } from '../../ui/badge.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { IconLock } from '../../ui/icons.js'
import { PageHeader } from '../../ui/page.js'
import { TimeAgo } from '../../ui/time-ago.js'

export const Route = createFileRoute('/settings/gated-repos')({
  loader: ({ context }) => context.queryClient.ensureQueryData(myAccessRequestsQuery),
  component: GatedRepos,
})

const words = gatesText
type Mine = ResponseOf<typeof listMyAccessRequests>[number]
const TONES = { pending: 'plain', accepted: 'good', rejected: 'bad' } as const

function GatedRepos() {
  const { data: mine } = useSuspenseQuery(myAccessRequestsQuery)
  return (
    <div>
      <PageHeader title={words.mine} lead={words.mineLead} />
      {mine.length === 0 ? (
        <EmptyState title={words.noneMine} icon={<IconLock size={20} stroke={1.75} aria-hidden />}>
          {words.noneMineHelp}
        </EmptyState>
      ) : (
        <DataTable
          name={words.mine}
          rows={mine}
          rowKey={({ repo }) => `${repo.type} ${repo.name}`}
          columns={[
            {
              id: 'repo',
              head: words.repository,
              cell: ({ repo }) => <RepoLink repo={repo} />,
              value: ({ repo }) => repo.name,
            },
            {
              id: 'status',
              head: words.status,
              cell: ({ status, rejectionReason }) => (
                <>
                  <Badge tone={TONES[status]}>{words.statuses[status]}</Badge>{' '}
                  {rejectionReason && <span className="muted">{words.reason(rejectionReason)}</span>}
                </>
              ),
              value: ({ status }) => status,
            },
            {
              id: 'asked',
              head: words.askedAt,
              cell: ({ requestedAt }) => <TimeAgo at={requestedAt} />,
              value: ({ requestedAt }) => requestedAt,
            },
            {
              id: 'decided',
              head: words.decidedAt,
              cell: ({ reviewedAt }) => (reviewedAt ? <TimeAgo at={reviewedAt} /> : '–'),
              value: ({ reviewedAt }) => reviewedAt,
            },
          ]}
        />
      )}
    </div>
  )
}

function RepoLink({ repo }: { repo: Mine['repo'] }) {
  const [ns = '', name = ''] = repo.name.split('/')
  const params = { ns, repo: name }
  return repo.type === 'dataset' ? (
    <Link to="/datasets/$ns/$repo" params={params}>
      {repo.name}
    </Link>
  ) : (
    <Link to="/$ns/$repo" params={params}>
      {repo.name}
    </Link>
  )
}
