import { useSuspenseQuery } from '@tanstack/react-query'
import { provisioning as words } from '../../text/en/provisioning.js'
import { Badge } from '../../ui/badge.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Section } from '../../ui/page.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { activityQuery } from './provisioning-queries.js'

/** What the identity provider changed, and what was refused and why. */
export function Activity({ org }: { org: string }) {
  const { activity } = useSuspenseQuery(activityQuery(org)).data
  return (
    <Section title={words.activity} note={<span className="muted">{words.activityHelp}</span>}>
      {activity.length === 0 ? (
        <EmptyState title={words.noActivity}>{words.noActivityHelp}</EmptyState>
      ) : (
        <DataTable
          name={words.activity}
          rows={activity}
          rowKey={(line) => line.id}
          columns={[
            { id: 'at', head: words.when, cell: (line) => <TimeAgo at={line.at} />, value: (line) => line.at },
            {
              id: 'outcome',
              head: words.outcome,
              cell: (line) => (
                <Badge tone={line.status < 400 ? 'good' : 'bad'}>
                  {line.status < 400 ? words.done : words.refused} {line.status}
                </Badge>
              ),
              value: (line) => line.status,
            },
            { id: 'method', head: words.what, cell: (line) => line.method, value: (line) => line.method },
            { id: 'subject', head: words.about, cell: (line) => line.subject, value: (line) => line.subject },
            { id: 'detail', head: words.detail, cell: (line) => line.detail, value: (line) => line.detail },
          ]}
        />
      )}
    </Section>
  )
}
