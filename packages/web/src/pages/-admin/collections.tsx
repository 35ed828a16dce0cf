import { cancelCollection, startCollection, type StorageCollection } from '@stoa/contracts'
import { api } from '../../lib/api.js'
import { formatBytes } from '../../lib/units.js'
import { useAct } from '../../lib/use-act.js'
import { admin } from '../../text/en/admin.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { platformStorageQuery } from './admin-queries.js'
import { RunList } from './run-list.js'

const words = admin.storage
const refresh = [platformStorageQuery.queryKey]

const goneBytes = ({ kinds }: StorageCollection): number => kinds.reduce((sum, kind) => sum + kind.removed.bytes, 0)

/** Runs of the collector: the last ones, and a new one, dry or not. */
export function Collections({ collections }: { collections: readonly StorageCollection[] }) {
  const cancel = useAct({ run: (id: string) => api.call(cancelCollection, { params: { id } }), refresh })
  return (
    <RunList
      title={words.collections}
      help={words.collectionsHelp}
      runs={collections}
      words={words}
      kindOf={(run) => words.runKind(run.dryRun)}
      stateOf={(run) => words.runState[run.state]}
      columns={[
        {
          id: 'removed',
          head: words.removed,
          cell: (run) => formatBytes(goneBytes(run)),
          value: goneBytes,
          isNumeric: true,
        },
      ]}
      start={(dryRun) => api.call(startCollection, { body: { dryRun } })}
      refresh={refresh}
      error={cancel.error}
      opensNew
    >
      {(run) => (
        <>
          <KindTable run={run} />
          {(run.state === 'queued' || run.state === 'running') && (
            <Button busy={cancel.isPending} onClick={() => cancel.mutate(run.id)}>
              {words.cancelRun}
            </Button>
          )}
        </>
      )}
    </RunList>
  )
}

const tally = ({ count, bytes }: { count: number; bytes: number }) => `${count} · ${formatBytes(bytes)}`

function KindTable({ run }: { run: StorageCollection }) {
  return (
    <DataTable
      name={words.what}
      rows={run.kinds}
      rowKey={(kind) => kind.kind}
      columns={[
        { id: 'kind', head: words.what, cell: (kind) => words.kinds[kind.kind], value: (kind) => kind.kind },
        {
          id: 'examined',
          head: words.examined,
          cell: (kind) => kind.examined,
          value: (kind) => kind.examined,
          isNumeric: true,
        },
        {
          id: 'waiting',
          head: words.waiting,
          cell: (kind) => tally(kind.waiting),
          value: (kind) => kind.waiting.bytes,
          isNumeric: true,
        },
        {
          id: 'removed',
          head: run.dryRun ? words.wouldRemove : words.removed,
          cell: (kind) => tally(kind.removed),
          value: (kind) => kind.removed.bytes,
          isNumeric: true,
        },
      ]}
    />
  )
}
