import type { ReactNode } from 'react'
import { useState } from 'react'
import { useAct } from '../../lib/use-act.js'
import { admin } from '../../text/en/admin.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { type Column, DataTable } from '../../ui/data-table.js'
import { Notice } from '../../ui/notice.js'
import { Row, Section } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'

const tones = { queued: 'plain', running: 'accent', done: 'good', failed: 'bad', cancelled: 'warn' } as const

interface Run {
  readonly id: string
  readonly createdAt: string
  readonly dryRun: boolean
  readonly state: keyof typeof tones
}

interface Props<R extends Run> {
  title: string
  help: string
  runs: readonly R[]
  words: { when: string; what: string; noRuns: string; dryRun: string; realRun: string; started: string }
  kindOf: (run: R) => string
  stateOf: (run: R) => string
  /** What else is said of a run in the list. */
  columns: readonly Column<R>[]
  start: (dryRun: boolean) => Promise<{ id: string }>
  refresh: readonly (readonly unknown[])[]
  error?: Error | null
  /** A run that was started is shown at once: it is watched and may be stopped. */
  opensNew?: boolean
  /** What a run found. */
  children: (run: R) => ReactNode
}

/** The last runs of something that removes, with what they found, and a new one, dry or not. */
export function RunList<R extends Run>(props: Props<R>) {
  const { title, help, runs, words, kindOf, stateOf, columns, refresh, opensNew, children } = props
  const [opened, setOpened] = useState<string | null>(null)
  const start = useAct({
    run: props.start,
    refresh,
    say: () => words.started,
    after: ({ id }) => opensNew && setOpened(id),
  })
  const error = start.error ?? props.error
  const shown = runs.find(({ id }) => id === opened)
  return (
    <Section
      title={title}
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
      <p className="muted">{help}</p>
      {error && <Notice tone="bad">{error.message}</Notice>}
      {runs.length === 0 ? (
        <p className="muted">{words.noRuns}</p>
      ) : (
        <DataTable
          name={title}
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
            { id: 'what', head: words.what, cell: kindOf, value: (run) => (run.dryRun ? 'dry' : 'real') },
            {
              id: 'state',
              head: admin.jobs.state,
              cell: (run) => <Badge tone={tones[run.state]}>{stateOf(run)}</Badge>,
              value: (run) => run.state,
            },
            ...columns,
          ]}
        />
      )}
      <SidePanel isOpen={shown !== undefined} onClose={() => setOpened(null)} title={shown ? kindOf(shown) : ''}>
        {shown && children(shown)}
      </SidePanel>
    </Section>
  )
}
