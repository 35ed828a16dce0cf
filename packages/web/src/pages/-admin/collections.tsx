import { cancelCollection, startCollection, type StorageCollection } from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { formatBytes } from '../../lib/units.js'
import { useAct } from '../../lib/use-act.js'
import { admin } from '../../text/en/admin.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { Notice } from '../../ui/notice.js'
import { Row, Section } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { platformStorageQuery } from './admin-queries.js'

const words = admin.storage
const refresh = [platformStorageQuery.queryKey]
const tones = { queued: 'plain', running: 'accent', done: 'good', failed: 'bad', cancelled: 'warn' } as const

const goneBytes = ({ kinds }: StorageCollection): number => kinds.reduce((sum, kind) => sum + kind.removed.bytes, 0)

/** Runs of the collector: the last ones, and a new one, dry or not. */
export function Collections({ collections }: { collections: readonly StorageCollection[] }) {
  const [opened, setOpened] = useState<string | null>(null)
  const start = useAct({
    run: (dryRun: boolean) => api.call(startCollection, { body: { dryRun } }),
    refresh,
    say: () => words.started,
    after: ({ id }) => setOpened(id),
  })
  const cancel = useAct({ run: (id: string) => api.call(cancelCollection, { params: { id } }), refresh })
  const error = start.error ?? cancel.error
  const shown = collections.find(({ id }) => id === opened)
  return (
    <Section
      title={words.collections}
      note={
        <Row>
          <Button busy={start.isPending} onClick={() => start.mutate(true)}>
            {words.dryRun}
          </Button>
          <Button busy={start.isPending} onClick={() => start.mutate(false)}>
            {words.realRun}
          </Button>
        </Row>
      }
    >
      <p className="muted">{words.collectionsHelp}</p>
      {error && <Notice tone="bad">{error.message}</Notice>}
      {collections.length === 0 ? (
        <p className="muted">{words.noRuns}</p>
      ) : (
        <DataTable
          name={words.collections}
          rows={collections}
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
              cell: (run) => words.runKind(run.dryRun),
              value: (run) => (run.dryRun ? 'dry' : 'real'),
            },
            {
              id: 'state',
              head: admin.jobs.state,
              cell: (run) => <Badge tone={tones[run.state]}>{words.runState[run.state]}</Badge>,
              value: (run) => run.state,
            },
            {
              id: 'removed',
              head: words.removed,
              cell: (run) => formatBytes(goneBytes(run)),
              value: goneBytes,
              isNumeric: true,
            },
          ]}
        />
      )}
      <SidePanel
        isOpen={shown !== undefined}
        onClose={() => setOpened(null)}
        title={shown ? words.runKind(shown.dryRun) : ''}
      >
        {shown && (
          <>
            <KindTable run={shown} />
            {(shown.state === 'queued' || shown.state === 'running') && (
              <Button busy={cancel.isPending} onClick={() => cancel.mutate(shown.id)}>
                {words.cancelRun}
              </Button>
            )}
          </>
        )}
      </SidePanel>
    </Section>
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
