import { handOverLetter, type LetterView, listLetters, openLetter, retryLetter, sendTestLetter } from '@stoa/contracts'
import { infiniteQueryOptions, useQuery, useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { formatTime } from '../../lib/units.js'
import { useAct } from '../../lib/use-act.js'
import { t } from '../../text/en.js'
import { admin } from '../../text/en/admin.js'
import { letters as words } from '../../text/en/letters.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { CopyText } from '../../ui/copy-text.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorSummary } from '../../ui/field.js'
import { Tile, Tiles } from '../../ui/figure.js'
import { Notice } from '../../ui/notice.js'
import { Facts, PageHeader, Row, Stack } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'

type Show = 'open' | 'all'
const lettersQuery = (show: Show) =>
  infiniteQueryOptions({
    queryKey: [listLetters.id, show],
    queryFn: ({ pageParam, signal }) =>
      api.call(listLetters, { query: { show, ...(pageParam ? { cursor: pageParam } : {}) }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })

export const Route = createFileRoute('/admin/letters')({
  validateSearch: (search): { show?: 'all'; letter?: string } => ({
    ...(search['show'] === 'all' ? { show: 'all' as const } : {}),
    ...(typeof search['letter'] === 'string' ? { letter: search['letter'] } : {}),
  }),
  loaderDeps: ({ search: { show = 'open' } }) => ({ show: show as Show }),
  loader: ({ context, deps }) => context.queryClient.ensureInfiniteQueryData(lettersQuery(deps.show)),
  component: Letters,
})

const tones = {
  queued: 'plain',
  sending: 'plain',
  waiting: 'accent',
  sent: 'good',
  handed_over: 'good',
  failed: 'bad',
  withdrawn: 'plain',
  expired: 'plain',
} as const

function Letters() {
  const { show, letter: opened } = Route.useSearch()
  const navigate = Route.useNavigate()
  const list = useSuspenseInfiniteQuery(lettersQuery(show ?? 'open'))
  const letters = list.data.pages.flatMap((page) => page.letters)
  const [first] = list.data.pages
  const base = show ? { show } : {}
  const test = useAct({
    run: () => api.call(sendTestLetter, {}),
    refresh: [[listLetters.id]],
    say: (_, { to }) => words.tested(to),
  })
  return (
    <Stack>
      <PageHeader
        title={admin.sections.letters}
        lead={words.outboxLead}
        actions={
          <Button busy={test.isPending} onClick={() => test.mutate()}>
            {words.test}
          </Button>
        }
      />
      <ErrorSummary message={test.error?.message} />
      {first && !first.isSending && <Notice>{words.nothingSent}</Notice>}
      <Tiles>
        <Tile label={words.waits} value={first?.counts.waiting ?? 0} />
        <Tile label={words.failed} value={first?.counts.failed ?? 0} />
        <Tile label={words.queued} value={first?.counts.queued ?? 0} />
      </Tiles>
      <Row>
        <Button onClick={() => void navigate({ search: show ? {} : { show: 'all' } })}>
          {show ? words.showOpen : words.showAll}
        </Button>
      </Row>
      {letters.length === 0 ? (
        <EmptyState title={words.none}>{words.noneHelp}</EmptyState>
      ) : (
        <LetterTable letters={letters} onOpen={(letter) => void navigate({ search: { ...base, letter } })} />
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.parts.moreRows}
        </Button>
      )}
      <LetterPanel id={opened ?? null} onClose={() => void navigate({ search: base })} />
    </Stack>
  )
}

function LetterTable({ letters, onOpen }: { letters: readonly LetterView[]; onOpen: (id: string) => void }) {
  return (
    <DataTable
      name={admin.sections.letters}
      rows={letters}
      rowKey={(letter) => letter.id}
      columns={[
        { id: 'to', head: words.to, cell: (letter) => letter.to ?? <i className="muted">{words.forgotten}</i> },
        { id: 'subject', head: words.subject, cell: (letter) => letter.subject ?? letter.kind },
        {
          id: 'state',
          head: words.state,
          cell: (letter) => <Badge tone={tones[letter.state]}>{words.states[letter.state]}</Badge>,
          value: (letter) => letter.state,
        },
        { id: 'said', head: words.said, cell: (letter) => letter.error },
        {
          id: 'created',
          head: words.created,
          cell: (letter) => <TimeAgo at={letter.createdAt} />,
          value: (letter) => letter.createdAt,
        },
        {
          id: 'open',
          head: '',
          cell: (letter) =>
            (letter.state === 'waiting' || letter.state === 'failed') && (
              <Button size="dense" onClick={() => onOpen(letter.id)}>
                {words.open}
              </Button>
            ),
        },
      ]}
    />
  )
}

/** One letter that needs a person. Opening it is on the record. */
function LetterPanel({ id, onClose }: { id: string | null; onClose: () => void }) {
  const params = { letterId: id ?? '' }
  const read = useQuery({
    queryKey: [openLetter.id, id],
    queryFn: ({ signal }) => api.call(openLetter, { params, signal }),
    enabled: id !== null,
    retry: false,
    refetchOnWindowFocus: false,
    gcTime: 0,
  })
  const refresh = [[listLetters.id]]
  const handOver = useAct({
    run: () => api.call(handOverLetter, { params }),
    refresh,
    say: () => words.handedOverDone,
    after: onClose,
  })
  const retry = useAct({
    run: () => api.call(retryLetter, { params }),
    refresh,
    say: () => words.retried,
    after: onClose,
  })
  const letter = read.data?.letter
  return (
    <SidePanel isOpen={id !== null} onClose={onClose} title={letter?.subject ?? words.letter}>
      {read.isPending && <Skeleton lines={6} />}
      <ErrorSummary message={(read.error ?? handOver.error ?? retry.error)?.message} />
      {letter && read.data && (
        <Stack>
          <Facts
            facts={[
              [words.to, letter.to],
              [words.state, words.states[letter.state]],
              [words.said, letter.error],
              [words.next, letter.state === 'queued' ? formatTime(new Date(letter.dueAt)) : null],
            ]}
          />
          <Notice tone="warn">{words.recorded}</Notice>
          {read.data.link !== null && (
            <CopyText text={read.data.link} shown={`${read.data.link.split('#')[0]}#…`} what={words.link} />
          )}
          <pre style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {hideLink(read.data.text, read.data.link)}
          </pre>
          <Row>
            <Button variant="primary" busy={handOver.isPending} onClick={() => handOver.mutate()}>
              {words.handedOver}
            </Button>
            {letter.state === 'failed' && (
              <Button busy={retry.isPending} onClick={() => retry.mutate()}>
                {words.retry}
              </Button>
            )}
          </Row>
        </Stack>
      )}
    </SidePanel>
  )
}

/** A link that opens an account is copied, not shown over a shoulder. */
const hideLink = (text: string, link: string | null): string =>
  link === null ? text : text.replace(link, `${link.split('#')[0]}#…`)
