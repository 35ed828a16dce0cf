import type { InvitationView } from '@stoa/contracts'
import { useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { formatDay } from '../../lib/units.js'
import { useAct } from '../../lib/use-act.js'
import { t } from '../../text/en.js'
import { invitations as words } from '../../text/en/invitations.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorSummary } from '../../ui/field.js'
import { IconPlus } from '../../ui/icons.js'
import { PageHeader, Row, Stack } from '../../ui/page.js'
import type { InvitationSearch } from './invitation-search.js'
import { InvitePanel } from './invite-panel.js'
import { invitationKeys, invitationsQuery, type Place, resendTo, revokeFrom, type Shown } from './place.js'

interface Props {
  place: Place
  lead: string
  search: InvitationSearch
  onSearch: (search: InvitationSearch) => void
}

const tones = { open: 'accent', accepted: 'good', expired: 'plain', revoked: 'plain' } as const

/** Invitations of an organisation or of the platform. */
export function InvitationsPage({ place, lead, search, onSearch }: Props) {
  const { show, new: isNew = false } = search
  const state: Shown = show ?? 'open'
  const list = useSuspenseInfiniteQuery(invitationsQuery(place, state))
  const rows = list.data.pages.flatMap((page) => page.invitations)
  const base: InvitationSearch = show ? { show } : {}
  const button = (
    <Button
      variant="primary"
      icon={<IconPlus size={16} stroke={1.75} aria-hidden />}
      onClick={() => onSearch({ ...base, new: true })}
    >
      {words.invite}
    </Button>
  )
  return (
    <Stack>
      <PageHeader title={words.title} lead={lead} actions={rows.length > 0 && button} />
      <Row>
        <Button onClick={() => onSearch(show ? {} : { show: 'all' })}>{show ? words.showOpen : words.showAll}</Button>
      </Row>
      {rows.length === 0 ? (
        <EmptyState title={words.none} action={button}>
          {words.noneHelp}
        </EmptyState>
      ) : (
        <InvitationTable place={place} rows={rows} />
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.parts.moreRows}
        </Button>
      )}
      <InvitePanel place={place} isOpen={isNew} onClose={() => onSearch(base)} />
    </Stack>
  )
}

function InvitationTable({ place, rows }: { place: Place; rows: readonly InvitationView[] }) {
  const refresh = invitationKeys(place)
  const resend = useAct({ run: (id: string) => resendTo(place, id), refresh, say: () => words.resent })
  const revoke = useAct({ run: (id: string) => revokeFrom(place, id), refresh, say: () => words.revoked })
  return (
    <>
      <ErrorSummary message={(resend.error ?? revoke.error)?.message} />
      <DataTable
        name={words.title}
        rows={rows}
        rowKey={(row) => row.id}
        columns={[
          {
            id: 'for',
            head: words.whom,
            cell: (row) => row.email ?? (row.acceptedBy.join(', ') || <i className="muted">{words.anybody}</i>),
            value: (row) => row.email,
          },
          {
            id: 'role',
            head: words.role,
            cell: (row) =>
              row.role && [t.account.memberRole[row.role], ...row.groups.map((group) => group.name)].join(', '),
            value: (row) => row.role,
          },
          {
            id: 'state',
            head: words.state,
            cell: (row) => <Badge tone={tones[row.state]}>{words.states[row.state]}</Badge>,
            value: (row) => row.state,
          },
          {
            id: 'used',
            head: words.used,
            cell: (row) => words.usedOf(row.uses, row.maxUses),
            value: (row) => row.uses,
          },
          { id: 'by', head: words.invitedBy, cell: (row) => row.invitedBy, value: (row) => row.invitedBy },
          {
            id: 'expires',
            head: words.expires,
            cell: (row) => formatDay(new Date(row.expiresAt)),
            value: (row) => row.expiresAt,
          },
          {
            id: 'acts',
            head: '',
            cell: (row) =>
              (row.state === 'open' || row.state === 'expired') && (
                <Row>
                  {row.isLetter && (
                    <Button size="dense" busy={resend.isPending} onClick={() => resend.mutate(row.id)}>
                      {words.resend}
                    </Button>
                  )}
                  <Button size="dense" busy={revoke.isPending} onClick={() => revoke.mutate(row.id)}>
                    {words.revoke}
                  </Button>
                </Row>
              ),
          },
        ]}
      />
    </>
  )
}
