import { type AuditEventView, exportAudit } from '@stoa/contracts'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api } from '../../lib/api.js'
import { audit as words } from '../../text/en/audit.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { CommandBlock } from '../../ui/code-snippet.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorState } from '../../ui/error-state.js'
import { IconDownload } from '../../ui/icons.js'
import { PageHeader, Row, Stack } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { AuditFilters } from './audit-filters.js'
import { type AuditSearch, auditQuery, filterOf } from './audit-search.js'
import { EventDetail, nameOfActor } from './event-detail.js'

const tones = { success: 'plain', denied: 'warn', failed: 'bad' } as const

interface Props {
  /** `platform`, or an organisation's name. */
  chain: string
  title: ReactNode
  lead: string
  search: AuditSearch
  onSearch: (search: AuditSearch) => void
}

/** The audit log of one chain: filters in the address, a row opens beside the page, everything can be taken away with its proof. */
export function AuditExplorer({ chain, title, lead, search, onSearch }: Props) {
  const found = useQuery({ ...auditQuery(chain, search), placeholderData: keepPreviousData })
  const { event, cursor, ...filters } = search
  const opened = found.data?.events.find((one) => one.seq === event)
  const isFiltered = Object.keys(filters).length > 0
  return (
    <Stack>
      <PageHeader
        title={title}
        documentTitle={words.title}
        lead={lead}
        actions={<ExportButtons chain={chain} search={search} />}
      />
      <AuditFilters search={filters} onSearch={onSearch} />
      {found.error ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton lines={8} />
      ) : found.data.events.length === 0 ? (
        <EmptyState
          title={words.none}
          action={isFiltered && <Button onClick={() => onSearch({})}>{words.clear}</Button>}
          command={`stoa audit export ${chain} -o audit.jsonl\nstoa audit verify audit.jsonl`}
        >
          {words.noneHelp}
        </EmptyState>
      ) : (
        <>
          <EventTable
            events={found.data.events}
            selected={event}
            onOpen={(seq) => onSearch({ ...search, event: seq })}
            footer={words.signed(found.data.signedToSeq, found.data.lastSeq)}
          />
          <Pages next={found.data.next} search={search} onSearch={onSearch} hasNewer={cursor !== undefined} />
          <p className="muted">{words.verifyWith}</p>
          <CommandBlock text={`stoa audit verify audit-${chain}.jsonl`} what={words.title} />
        </>
      )}
      <SidePanel
        isOpen={opened !== undefined}
        onClose={() => onSearch({ ...filters, ...(cursor ? { cursor } : {}) })}
        title={opened?.action ?? ''}
      >
        {opened && <EventDetail event={opened} />}
      </SidePanel>
    </Stack>
  )
}

function EventTable({
  events,
  selected,
  onOpen,
  footer,
}: {
  events: readonly AuditEventView[]
  selected: number | undefined
  onOpen: (seq: number) => void
  footer: string
}) {
  return (
    <DataTable
      name={words.title}
      rows={events}
      rowKey={(one) => String(one.seq)}
      selected={selected === undefined ? undefined : String(selected)}
      onOpen={(one) => onOpen(one.seq)}
      footer={footer}
      columns={[
        { id: 'when', head: words.when, cell: (one) => <TimeAgo at={one.at} />, value: (one) => one.at },
        { id: 'who', head: words.who, cell: (one) => nameOfActor(one), value: (one) => nameOfActor(one) },
        { id: 'action', head: words.action, cell: (one) => <code>{one.action}</code>, value: (one) => one.action },
        {
          id: 'target',
          head: words.target,
          cell: (one) => (
            <>
              <span className="muted">{one.target.type}</span> {one.target.name ?? <code>{one.target.id}</code>}
            </>
          ),
          value: (one) => one.target.name ?? one.target.id,
        },
        {
          id: 'outcome',
          head: words.outcome,
          cell: (one) => <Badge tone={tones[one.outcome]}>{words.outcomes[one.outcome]}</Badge>,
          value: (one) => one.outcome,
        },
      ]}
    />
  )
}

function Pages({
  next,
  search,
  onSearch,
  hasNewer,
}: {
  next: number | null
  search: AuditSearch
  onSearch: (search: AuditSearch) => void
  hasNewer: boolean
}) {
  const { cursor: _, ...first } = search
  if (next === null && !hasNewer) return null
  return (
    <Row>
      {hasNewer && <Button onClick={() => onSearch(first)}>{words.newest}</Button>}
      {next !== null && <Button onClick={() => onSearch({ ...search, cursor: next })}>{words.older}</Button>}
    </Row>
  )
}

function ExportButtons({ chain, search }: { chain: string; search: AuditSearch }) {
  const save = useMutation({
    mutationFn: async (format: 'jsonl' | 'csv') => {
      const answer = await api.send(exportAudit, { body: { chain, ...filterOf(search), format } })
      saveBlob(await answer.blob(), `audit-${chain}.${format}`)
    },
  })
  const icon = <IconDownload size={16} stroke={1.75} aria-hidden />
  return (
    <Row>
      <Button icon={icon} busy={save.isPending} onClick={() => save.mutate('jsonl')}>
        {words.exportJsonl}
      </Button>
      <Button busy={save.isPending} onClick={() => save.mutate('csv')}>
        {words.exportCsv}
      </Button>
    </Row>
  )
}

/** Hands bytes to the browser as a file. */
export function saveBlob(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
