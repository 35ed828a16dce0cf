import { type PlatformAccount, verifyAccount } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { useSession } from '../../lib/session.js'
import { useAct } from '../../lib/use-act.js'
import { admin } from '../../text/en/admin.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { ErrorState } from '../../ui/error-state.js'
import { Notice } from '../../ui/notice.js'
import { Facts, Section } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { platformAccountQuery } from './admin-queries.js'
import { DutiesForm } from './duties-form.js'
import { QuotaForm } from './quota-form.js'
import { Impersonate, ResetFactors, SignInLink, Suspension } from './reasoned-acts.js'
import { refreshOf } from './refresh-account.js'

const words = admin.accounts
type Duty = PlatformAccount['duties'][number]

/** One account beside the list: what it is, and what this person's duties let them do with it. */
export function AccountPanel({ name, onClose }: { name: string | undefined; onClose: () => void }) {
  return (
    <SidePanel isOpen={name !== undefined} onClose={onClose} title={name ?? ''}>
      {name !== undefined && <Opened key={name} name={name} />}
    </SidePanel>
  )
}

function Opened({ name }: { name: string }) {
  const { data: account, error, refetch } = useQuery(platformAccountQuery(name))
  const { user } = useSession()
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!account) return <Skeleton lines={6} />
  const held = new Set<Duty>([...(user?.isAdmin ? (['owner'] as const) : []), ...(user?.duties ?? [])])
  const may = (...duties: readonly Duty[]): boolean => duties.some((duty) => held.has(duty))
  const isPerson = account.kind === 'user'
  const isMe = user?.name === account.name
  return (
    <>
      <AccountFacts account={account} />
      {may('owner', 'trust_lead') && !isMe && <Suspension account={account} />}
      {may('owner', 'verifier') && <Verification account={account} />}
      {isPerson && may('owner') && <DutiesForm account={account} isMe={isMe} />}
      {isPerson && may('owner') && account.state === 'active' && <SignInLink account={account} />}
      {isPerson && may('owner') && !isMe && account.state === 'active' && <ResetFactors account={account} />}
      {isPerson && may('owner', 'support') && !isMe && account.duties.length === 0 && <Impersonate account={account} />}
      {may('owner') && <QuotaForm account={account} />}
    </>
  )
}

function AccountFacts({ account }: { account: PlatformAccount }) {
  return (
    <>
      <Facts
        facts={[
          [words.name, account.fullname],
          [words.email, account.email],
          [words.state, <Badge key="state">{words.states[account.state]}</Badge>],
          [words.why, account.suspendedReason],
          [words.joined, <TimeAgo key="joined" at={account.createdAt} />],
          [words.lastSeen, account.lastSeenAt && <TimeAgo key="seen" at={account.lastSeenAt} />],
        ]}
      />
      {account.state === 'active' && (
        <p>
          <Link to="/$ns" params={{ ns: account.name }}>
            {account.kind === 'org' ? words.membersLink : `/${account.name}`}
          </Link>
        </p>
      )}
    </>
  )
}

function Verification({ account: { name, verified } }: { account: PlatformAccount }) {
  const act = useAct({
    run: () => api.call(verifyAccount, { params: { name }, body: { verified: !verified } }),
    refresh: refreshOf(name),
    say: () => (verified ? words.unverifiedNow(name) : words.verifiedNow(name)),
  })
  return (
    <Section title={words.verify}>
      <p className="muted">{words.verifyHelp}</p>
      {act.error && <Notice tone="bad">{act.error.message}</Notice>}
      <Button busy={act.isPending} onClick={() => act.mutate()}>
        {verified ? words.unverify : words.verify}
      </Button>
    </Section>
  )
}
