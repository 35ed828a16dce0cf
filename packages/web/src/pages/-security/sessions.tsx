import { listSessions, revokeOtherSessions, revokeSession } from '@stoa/contracts'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../../lib/api.js'
import { t } from '../../text/en.js'
import { security } from '../../text/en/security.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { Stack } from '../../ui/page.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { useToast } from '../../ui/toast.js'

const words = t.account

/** The words of a user agent that people recognise. */
const browserOf = (userAgent: string): string => {
  const browser = /(Firefox|Edg|Chrome|Safari|curl)[/ ]?([\d]*)/.exec(userAgent)?.slice(1, 3).join(' ')
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(userAgent)?.[1]
  return [browser ?? userAgent.slice(0, 40), system].filter(Boolean).join(', ')
}

const sessionsQuery = queryOptions({
  queryKey: [listSessions.id],
  queryFn: ({ signal }) => api.call(listSessions, { signal }),
})

/** Where a person is signed in, with the ways to end it. */
export function Sessions() {
  const client = useQueryClient()
  const say = useToast()
  const { data = [] } = useQuery(sessionsQuery)
  const end = useMutation({
    mutationFn: (sessionId: string) => api.call(revokeSession, { params: { sessionId } }),
    onSuccess: async () => {
      await client.invalidateQueries(sessionsQuery)
      say(words.sessionEnded)
    },
  })
  const endOthers = useMutation({
    mutationFn: () => api.call(revokeOtherSessions, {}),
    onSuccess: async () => {
      await client.invalidateQueries(sessionsQuery)
      say(security.sessionsEnded)
    },
  })
  return (
    <Stack>
      <p className="muted">{security.sessionsLead}</p>
      <DataTable
        name={words.sessions}
        rows={data}
        rowKey={(row) => row.id}
        columns={[
          {
            id: 'browser',
            head: security.browser,
            cell: (row) => (
              <>
                {browserOf(row.userAgent)} {row.isCurrent && <Badge tone="good">{words.thisSession}</Badge>}
              </>
            ),
          },
          { id: 'address', head: security.network, cell: (row) => <code>{row.addressPrefix}</code> },
          {
            id: 'lastUsed',
            head: words.lastUsed,
            cell: (row) => <TimeAgo at={row.lastUsedAt} />,
            value: (row) => row.lastUsedAt,
          },
          {
            id: 'end',
            head: '',
            cell: (row) =>
              !row.isCurrent && (
                <Button size="dense" onClick={() => end.mutate(row.id)}>
                  {words.endSession}
                </Button>
              ),
          },
        ]}
      />
      {data.length > 1 && (
        <div>
          <Button busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {security.sessionsOthers}
          </Button>
        </div>
      )}
    </Stack>
  )
}
