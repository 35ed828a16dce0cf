import type { listAllOpenings, ResponseOf } from '@stoa/contracts'
import { admin } from '../../text/en/admin.js'
import { AccountName } from '../../ui/account-name.js'
import { Badge } from '../../ui/badge.js'
import { DataTable } from '../../ui/data-table.js'
import { TimeAgo } from '../../ui/time-ago.js'

const words = admin.emergency
type Opening = ResponseOf<typeof listAllOpenings>['openings'][number]

/** Who opened which organisation, when and why. */
export function OpeningTable({ name, openings }: { name: string; openings: readonly Opening[] }) {
  return (
    <DataTable
      name={name}
      rows={openings}
      rowKey={(one) => one.id}
      columns={[
        { id: 'when', head: words.when, cell: (one) => <TimeAgo at={one.createdAt} />, value: (one) => one.createdAt },
        { id: 'who', head: words.who, cell: (one) => <AccountName name={one.user} />, value: (one) => one.user },
        {
          id: 'org',
          head: words.org,
          cell: (one) => <AccountName name={one.org} type="org" />,
          value: (one) => one.org,
        },
        { id: 'reason', head: words.reason, cell: (one) => one.reason, value: (one) => one.reason },
        {
          id: 'until',
          head: words.until,
          cell: (one) =>
            Date.parse(one.expiresAt) > Date.now() ? (
              <Badge tone="warn">{words.open}</Badge>
            ) : (
              <TimeAgo at={one.expiresAt} />
            ),
          value: (one) => one.expiresAt,
        },
      ]}
    />
  )
}
