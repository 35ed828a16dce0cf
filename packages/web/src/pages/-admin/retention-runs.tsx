import { type RetentionRunView, startRetention } from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { admin } from '../../text/en/admin.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { Notice } from '../../ui/notice.js'
import { Row, Section } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { retentionQuery } from './admin-queries.js'
import { nameOfClass } from './retention-classes.js'

const words = admin.retention
const tones = { queued: 'plain', running: 'accent', done: 'good', failed: 'bad' } as const
const sum = (run: RetentionRunView, key: 'removed' | 'held') => run.classes.reduce((all, one) => all + one[key], 0)

/** The last runs with what they found, and a new one, dry or not. */
export function RetentionRuns({ runs }: { runs: readonly RetentionRunView[] }) {
  const [opened, setOpened] = useState<string | null>(null)
  const start = useAct({
    run: (dryRun: boolean) => api.call(startRetention, { body: { dryRun } }),
    refresh: [retentionQuery.queryKey],
    say: () => words.started,
  })
  const shown = runs.find(({ id }) => id === opened)
  return (
    <Section
      title={words.runs}
      note={
        <Row>
          <Button busy={start.isPending} onClick={() => start.mutate(true)}>
            {words.dryRun}
          </Button>
          <Button busy={start.isPending} onClick={() => start.mutate(false)}>
            {words.runNow}
          </Button>
        </Row>
      }
    >
      <p className="muted">{words.runsHelp}</p>
      {start.error && <Notice tone="bad">{start.error.message}</Notice>}
      {runs.length === 0 ? (
        <p className="muted">{words.noRuns}</p>
      ) : (
        <DataTable
          name={words.runs}
          rows={runs}
          rowKey={(run) => run.id}
          selected={opened ?? undefined}
          onOpen={(run) => setOpened(run.id)}
          columns={[
            {
              id: 'when',
              head: words.when,
              cell: (run) => <TimeAgo at={run.createdAt} />,
              value: (run) => run.createdAt,
            },
            {
              id: 'what',
              head: words.what,
              cell: (run) => (run.dryRun ? words.dry : words.real),
              value: (run) => (run.dryRun ? words.dry : words.real),
            },
            {
              id: 'state',
              head: words.state,
              cell: (run) => <Badge tone={tones[run.state]}>{words.states[run.state]}</Badge>,
              value: (run) => run.state,
            },
            {
              id: 'removed',
              head: words.removed,
              cell: (run) => sum(run, 'removed'),
              value: (run) => sum(run, 'removed'),
              isNumeric: true,
            },
            {
              id: 'held',
              head: words.held,
              cell: (run) => sum(run, 'held'),
              value: (run) => sum(run, 'held'),
              isNumeric: true,
            },
          ]}
        />
      )}
      <SidePanel
        isOpen={shown !== undefined}
        onClose={() => setOpened(null)}
        title={shown?.dryRun ? words.dry : words.real}
      >
        {shown && <Findings run={shown} />}
      </SidePanel>
    </Section>
  )
}

function Findings({ run }: { run: RetentionRunView }) {
  return (
    <DataTable
      name={words.classes}
      rows={run.classes}
      rowKey={(one) => one.class}
      columns={[
        { id: 'class', head: words.name, cell: (one) => nameOfClass(one.class), value: (one) => one.class },
        { id: 'before', head: words.before, cell: (one) => <TimeAgo at={one.before} />, value: (one) => one.before },
        {
          id: 'removed',
          head: run.dryRun ? words.wouldGo : words.removed,
          cell: (one) => one.removed,
          value: (one) => one.removed,
          isNumeric: true,
        },
        { id: 'held', head: words.held, cell: (one) => one.held, value: (one) => one.held, isNumeric: true },
      ]}
    />
  )
}
