import { type LegalHold, placeHold, releaseHold } from '@stoa/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { admin } from '../../text/en/admin.js'
import { AccountName } from '../../ui/account-name.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { Notice } from '../../ui/notice.js'
import { Section } from '../../ui/page.js'
import { ReasonedForm } from '../../ui/reasoned-form.js'
import { ConfirmByName } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { useToast } from '../../ui/toast.js'
import { retentionQuery } from './admin-queries.js'

const words = admin.retention

/** Whose records stay whatever their age. */
export function LegalHolds({ holds }: { holds: readonly LegalHold[] }) {
  const [asked, setAsked] = useState<LegalHold | null>(null)
  const release = useAct({
    run: (hold: LegalHold) => api.call(releaseHold, { params: { holdId: hold.id } }),
    refresh: [retentionQuery.queryKey],
    say: (hold) => words.released(hold.account),
    after: () => setAsked(null),
  })
  return (
    <Section title={words.holds}>
      <p className="muted">{words.holdsHelp}</p>
      {release.error && <Notice tone="bad">{release.error.message}</Notice>}
      {holds.length === 0 ? <p className="muted">{words.noHolds}</p> : <HoldTable holds={holds} onRelease={setAsked} />}
      <PlaceForm />
      <ConfirmByName
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={words.releaseTitle(asked?.account ?? '')}
        text={words.releaseText}
        verb={words.release}
        busy={release.isPending}
        onConfirm={() => asked && release.mutate(asked)}
      />
    </Section>
  )
}

function HoldTable({ holds, onRelease }: { holds: readonly LegalHold[]; onRelease: (hold: LegalHold) => void }) {
  return (
    <DataTable
      name={words.holds}
      rows={holds}
      rowKey={(hold) => hold.id}
      columns={[
        {
          id: 'account',
          head: words.account,
          cell: (hold) => <AccountName name={hold.account} type={hold.kind} />,
          value: (hold) => hold.account,
        },
        { id: 'reason', head: words.reason, cell: (hold) => hold.reason, value: (hold) => hold.reason },
        { id: 'by', head: words.by, cell: (hold) => hold.placedBy, value: (hold) => hold.placedBy },
        {
          id: 'when',
          head: words.when,
          cell: (hold) => <TimeAgo at={hold.createdAt} />,
          value: (hold) => hold.createdAt,
        },
        {
          id: 'state',
          head: words.state,
          cell: (hold) => (
            <Badge tone={hold.releasedAt ? 'plain' : 'warn'}>{hold.releasedAt ? words.ended : words.stands}</Badge>
          ),
          value: (hold) => (hold.releasedAt ? words.ended : words.stands),
        },
        {
          id: 'release',
          head: '',
          cell: (hold) =>
            hold.releasedAt === null && (
              <Button size="dense" onClick={() => onRelease(hold)}>
                {words.release}
              </Button>
            ),
        },
      ]}
    />
  )
}

function PlaceForm() {
  const client = useQueryClient()
  const say = useToast()
  return (
    <ReasonedForm
      label={words.account}
      need={words.needAccount}
      verb={words.place}
      submit={(account, reason) => api.call(placeHold, { body: { account, reason } })}
      onDone={async (hold) => {
        await client.invalidateQueries({ queryKey: retentionQuery.queryKey })
        say(words.placed(hold.account))
      }}
      about={['Conflict']}
    />
  )
}
