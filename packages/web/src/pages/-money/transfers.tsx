import { listTransfers } from '@stoa/contracts'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.js'
import { ledgerName } from '../../lib/ledger-name.js'
import { useSession } from '../../lib/session.js'
import { t } from '../../text/en.js'
import { DataTable } from '../../ui/data-table.js'
import { Money } from '../../ui/money.js'
import { Notice } from '../../ui/notice.js'
import { Skeleton } from '../../ui/skeleton.js'

const transfersQuery = (groupId: string) =>
  queryOptions({
    queryKey: [listTransfers.id, groupId],
    queryFn: ({ signal }) => api.call(listTransfers, { query: { groupId }, signal }),
  })

/** The ledger lines of one fact: every amount leaves one account and enters another. */
export function TransferTable({ groupId, currency }: { groupId: string; currency: string }) {
  const session = useSession()
  const { data, error } = useQuery(transfersQuery(groupId))
  if (error)
    return (
      <Notice tone="bad" live>
        {error.message}
      </Notice>
    )
  if (!data) return <Skeleton lines={4} />
  return (
    <DataTable
      name={t.money.transfers}
      rows={data.transfers}
      rowKey={(row) => row.id}
      columns={[
        {
          id: 'from',
          head: t.money.from,
          cell: (row) => <span title={row.debitId}>{ledgerName(row.debitId, session)}</span>,
          value: (row) => row.debitId,
        },
        {
          id: 'to',
          head: t.money.to,
          cell: (row) => <span title={row.creditId}>{ledgerName(row.creditId, session)}</span>,
          value: (row) => row.creditId,
        },
        {
          id: 'micros',
          head: t.money.amount,
          isNumeric: true,
          cell: (row) => <Money micros={row.micros} currency={currency} exact />,
          value: (row) => BigInt(row.micros),
        },
      ]}
    />
  )
}
