import { type RetentionRunView, startRetention } from '@stoa/contracts'
import { api } from '../../lib/api.js'
import { admin } from '../../text/en/admin.js'
import { DataTable } from '../../ui/data-table.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { retentionQuery } from './admin-queries.js'
import { nameOfClass } from './retention-classes.js'
import { RunList } from './run-list.js'

const words = admin.retention
const sum = (run: RetentionRunView, key: 'removed' | 'held') => run.classes.reduce((all, one) => all + one[key], 0)

/** The last runs with what they found, and a new one, dry or not. */
export function RetentionRuns({ runs }: { runs: readonly RetentionRunView[] }) {
  return (
    <RunList<RetentionRunView>
      title={words.runs}
      help={words.runsHelp}
      runs={runs}
      words={{ ...words, realRun: words.runNow }}
      kindOf={(run) => (run.dryRun ? words.dry : words.real)}
      stateOf={(run) => words.states[run.state]}
      columns={(['removed', 'held'] as const).map((key) => ({
        id: key,
        head: words[key],
        cell: (run) => sum(run, key),
        value: (run) => sum(run, key),
        isNumeric: true,
      }))}
      start={(dryRun) => api.call(startRetention, { body: { dryRun } })}
      refresh={[retentionQuery.queryKey]}
    >
      {(run) => <Findings run={run} />}
    </RunList>
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
