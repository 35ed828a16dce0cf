import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute, Link } from '@tanstack/react-router'
import { formatBytes } from '../../lib/units.js'
import { admin } from '../../text/en/admin.js'
import { Bytes } from '../../ui/bytes.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Tile, Tiles } from '../../ui/figure.js'
import { PageHeader, Section, Stack } from '../../ui/page.js'
import { platformStorageQuery } from '../-admin/admin-queries.js'
import { Collections } from '../-admin/collections.js'

const words = admin.storage

export const Route = createFileRoute('/admin/storage')({
  loader: ({ context }) => context.queryClient.ensureQueryData(platformStorageQuery),
  component: Storage,
})

function Storage() {
  const { totals, accounts, collections, chunks } = useSuspenseQuery(platformStorageQuery).data
  const all = chunks.moved.count + chunks.waiting.count + chunks.givenUp.count
  return (
    <Stack>
      <PageHeader title={admin.sections.storage} lead={words.lead} />
      <Tiles>
        <Tile label={words.logical} value={<Bytes value={totals.logicalBytes} />} note={words.logicalNote} />
        <Tile label={words.unique} value={<Bytes value={totals.uniqueBytes} />} note={words.uniqueNote} />
        <Tile label={words.saved} value={<Bytes value={totals.savedBytes} />} />
        <Tile label={words.git} value={<Bytes value={totals.gitBytes} />} />
      </Tiles>
      <Section title={words.accounts}>
        {accounts.length === 0 ? (
          <EmptyState title={words.noAccounts}>{words.noAccountsHelp}</EmptyState>
        ) : (
          <DataTable
            name={words.accounts}
            rows={accounts}
            rowKey={(one) => one.name}
            columns={[
              {
                id: 'account',
                head: words.account,
                cell: (one) => (
                  <Link to="/$ns" params={{ ns: one.name }}>
                    {one.name}
                  </Link>
                ),
                value: (one) => one.name,
              },
              ...(['logicalBytes', 'uniqueBytes', 'savedBytes', 'gitBytes'] as const).map((key) => ({
                id: key,
                head: {
                  logicalBytes: words.logical,
                  uniqueBytes: words.unique,
                  savedBytes: words.saved,
                  gitBytes: words.git,
                }[key],
                cell: (one: (typeof accounts)[number]) => <Bytes value={one[key]} />,
                value: (one: (typeof accounts)[number]) => one[key],
                isNumeric: true,
              })),
            ]}
          />
        )}
      </Section>
      <Collections collections={collections} />
      <Section title={words.chunks}>
        <Tiles>
          <Tile label={words.moved} value={words.files(chunks.moved.count)} note={formatBytes(chunks.moved.bytes)} />
          <Tile
            label={words.waitingFiles}
            value={words.files(chunks.waiting.count)}
            note={formatBytes(chunks.waiting.bytes)}
          />
          <Tile
            label={words.givenUp}
            value={words.files(chunks.givenUp.count)}
            note={formatBytes(chunks.givenUp.bytes)}
          />
        </Tiles>
        {all > 0 && (
          <progress aria-label={words.chunks} style={{ inlineSize: '100%' }} value={chunks.moved.count} max={all} />
        )}
      </Section>
    </Stack>
  )
}
