import { type AccessRequestJson, grantAccess, handleAccessRequest, updateRepoSettings } from '@stoa/contracts'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../../lib/api.js'
import { accessRequestsQuery, type AccessStatus, gateQuery } from '../../lib/gate-queries.js'
import { repoParams } from '../../lib/repo-queries.js'
import { gates as gatesText } from '../../text/en/gates.js'
import { AccountName } from '../../ui/account-name.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { ChoiceField, ErrorSummary, formClass, TextArea, TextField } from '../../ui/field.js'
import { Card, Row, Section, Stack } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { useToast } from '../../ui/toast.js'
import { GateNotices } from './gate-notices.js'
import type { RepoProps } from './repo-frame.js'

const words = gatesText
type Mode = keyof typeof words.modes
const STATUSES = ['pending', 'accepted', 'rejected'] as const

/** Who may read the files of a repository: the gate, and everybody who stands at it. */
export function GatePanel(props: RepoProps) {
  const id = `${props.ns}/${props.repo}`
  const { data: gate } = useQuery(gateQuery(props.kind, id))
  const [status, setStatus] = useState<AccessStatus>('pending')
  if (!gate?.counts) return null
  return (
    <Section title={words.panel}>
      <Stack>
        <Card>
          <GateMode {...props} mode={gate.gated === false ? 'open' : gate.gated} />
        </Card>
        {gate.gated !== false && (
          <Card>
            <GateNotices {...props} />
          </Card>
        )}
        {gate.gated !== false && (
          <Card>
            <Grant {...props} />
            <Row>
              {STATUSES.map((one) => (
                <Button
                  key={one}
                  size="dense"
                  variant={one === status ? 'primary' : 'default'}
                  aria-pressed={one === status}
                  onClick={() => setStatus(one)}
                >
                  {words.tabs[one]} ({gate.counts?.[one] ?? 0})
                </Button>
              ))}
            </Row>
            <Requests {...props} status={status} />
            <p>
              <a href={`${props.kind === 'model' ? '' : '/datasets'}/${id}/user-access-report`} download>
                {words.report}
              </a>
            </p>
          </Card>
        )}
      </Stack>
    </Section>
  )
}

function GateMode({ kind, ns, repo, mode }: RepoProps & { mode: Mode }) {
  const client = useQueryClient()
  const say = useToast()
  const change = useMutation({
    mutationFn: (next: Mode) =>
      api.call(updateRepoSettings, {
        params: repoParams(kind, `${ns}/${repo}`),
        body: { gated: next === 'open' ? false : next },
      }),
    onSuccess: async () => {
      await client.invalidateQueries()
      say(words.modeChanged)
    },
  })
  return (
    <>
      <ErrorSummary message={change.error?.message} />
      <ChoiceField
        legend={words.mode}
        name="gate"
        value={change.isPending ? change.variables : mode}
        onChange={(next) => change.mutate(next)}
        choices={(['open', 'auto', 'manual'] as const).map((value) => ({ value, ...words.modes[value] }))}
      />
      <p className="muted">{words.formHelp}</p>
    </>
  )
}

function Grant({ kind, ns, repo }: RepoProps) {
  const [name, setName] = useState('')
  const client = useQueryClient()
  const say = useToast()
  const grant = useMutation({
    mutationFn: (user: string) => api.call(grantAccess, { params: repoParams(kind, `${ns}/${repo}`), body: { user } }),
    onSuccess: async (_, user) => {
      setName('')
      await client.invalidateQueries()
      say(words.granted(user))
    },
  })
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim()) grant.mutate(name.trim())
  }
  return (
    <form className={formClass} onSubmit={onSubmit} aria-label={words.grant}>
      <TextField
        label={words.grantLabel}
        help={words.grant}
        error={grant.error?.message}
        value={name}
        onChange={(event) => {
          setName(event.target.value)
          if (grant.error) grant.reset()
        }}
      />
      <div>
        <Button type="submit" busy={grant.isPending} disabled={name.trim() === ''}>
          {words.grantSubmit}
        </Button>
      </div>
    </form>
  )
}

const nameOf = (request: AccessRequestJson): string => request.user?.user ?? words.gone

interface Verdict {
  request: AccessRequestJson
  status: AccessStatus
  rejectionReason?: string
}

function Requests({ kind, ns, repo, status }: RepoProps & { status: AccessStatus }) {
  const id = `${ns}/${repo}`
  const list = useInfiniteQuery(accessRequestsQuery(kind, id, status))
  const [rejecting, setRejecting] = useState<AccessRequestJson | null>(null)
  const client = useQueryClient()
  const say = useToast()
  const decide = useMutation({
    mutationFn: ({ request, ...verdict }: Verdict) =>
      api.call(handleAccessRequest, {
        params: repoParams(kind, id),
        body: { requestId: request.requestId, ...verdict },
      }),
    onSuccess: async (_, { request }) => {
      setRejecting(null)
      await client.invalidateQueries()
      say(words.decided(nameOf(request)))
    },
  })
  const requests = list.data?.pages.flatMap((page) => page.requests) ?? []
  if (list.isPending) return <Skeleton lines={4} />
  if (list.data && requests.length === 0) return <p className="muted">{words.none[status]}</p>
  return (
    <>
      <ErrorSummary message={decide.error?.message ?? list.error?.message} />
      <RequestTable
        requests={requests}
        status={status}
        onDecide={(request, next) =>
          next === 'rejected' ? setRejecting(request) : decide.mutate({ request, status: next })
        }
      />
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {words.more}
        </Button>
      )}
      <Rejection
        request={rejecting}
        isBusy={decide.isPending}
        onClose={() => setRejecting(null)}
        onReject={(request, reason) =>
          decide.mutate({ request, status: 'rejected', ...(reason ? { rejectionReason: reason } : {}) })
        }
      />
    </>
  )
}

interface RequestTableProps {
  requests: readonly AccessRequestJson[]
  status: AccessStatus
  onDecide: (request: AccessRequestJson, next: AccessStatus) => void
}

function RequestTable({ requests, status, onDecide }: RequestTableProps) {
  const verbs = { accepted: words.accept, rejected: words.reject, pending: words.cancel }
  return (
    <DataTable
      name={words.tabs[status]}
      rows={requests}
      rowKey={(request) => request.requestId}
      columns={[
        {
          id: 'person',
          head: words.person,
          cell: (request) => (request.user ? <AccountName name={request.user.user} /> : nameOf(request)),
          value: nameOf,
        },
        {
          id: 'answers',
          head: words.answers,
          cell: (request) => <Answers fields={request.fields} />,
          value: (request) => JSON.stringify(request.fields ?? {}),
        },
        {
          id: 'asked',
          head: words.askedAt,
          cell: (request) => <TimeAgo at={request.timestamp} />,
          value: (request) => request.timestamp,
        },
        {
          id: 'decide',
          head: words.decision,
          cell: (request) => (
            <Row>
              {(['accepted', 'rejected', ...(status === 'accepted' ? ['pending' as const] : [])] as const)
                .filter((next) => next !== status)
                .map((next) => (
                  <Button key={next} size="dense" onClick={() => onDecide(request, next)}>
                    {verbs[next]}
                  </Button>
                ))}
            </Row>
          ),
        },
      ]}
    />
  )
}

function Answers({ fields = {} }: { fields: AccessRequestJson['fields'] }) {
  const entries = Object.entries(fields)
  if (entries.length === 0) return <span className="muted">–</span>
  return (
    <ul style={{ margin: 0, paddingInlineStart: 0, listStyle: 'none' }}>
      {entries.map(([label, value]) => (
        <li key={label}>
          <span className="muted">{label}:</span> {value === true ? '✓' : String(value)}
        </li>
      ))}
    </ul>
  )
}

interface RejectionProps {
  request: AccessRequestJson | null
  isBusy: boolean
  onClose: () => void
  onReject: (request: AccessRequestJson, reason: string) => void
}

function Rejection({ request, isBusy, onClose, onReject }: RejectionProps) {
  const [reason, setReason] = useState('')
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (request) onReject(request, reason.trim())
    setReason('')
  }
  return (
    <SidePanel
      isOpen={request !== null}
      onClose={onClose}
      title={words.rejectTitle(request ? nameOf(request) : '')}
      shape="modal"
    >
      <form onSubmit={onSubmit}>
        <TextArea
          label={words.rejectReason}
          help={words.rejectReasonHelp}
          optional
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <Button type="submit" variant="danger" busy={isBusy}>
          {words.reject}
        </Button>
      </form>
    </SidePanel>
  )
}
