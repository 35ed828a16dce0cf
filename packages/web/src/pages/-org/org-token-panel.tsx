import { approveOrgToken, denyOrgToken, type OrgTokenView, revokeOrgToken } from '@stoa/contracts'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { formatDay } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { tokens as words } from '../../text/en/tokens.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { Notice } from '../../ui/notice.js'
import { Facts, Row } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { orgTokensKey } from './token-queries.js'

const ROUTES = { approve: approveOrgToken, deny: denyOrgToken, revoke: revokeOrgToken }
type Verb = keyof typeof ROUTES

/** What may still be decided about a token, by what was. */
function verbsOf({ kind, standing }: OrgTokenView): readonly Verb[] {
  if (standing === 'pending') return ['approve', 'deny']
  if (standing === 'open') return kind === 'personal' || kind === 'app' ? ['revoke'] : []
  return standing === 'approved' ? ['revoke'] : ['approve']
}

/** A decision in a word, with what follows from it. */
export function StandingBadge({ token }: { token: OrgTokenView }) {
  const { standing, isHeldBack } = token
  const isRuled = isHeldBack && (standing === 'open' || standing === 'approved')
  if (isRuled)
    return (
      <Badge tone="warn" title={words.heldBackHelp}>
        {words.heldBack}
      </Badge>
    )
  const tone =
    standing === 'approved' ? 'good' : standing === 'open' ? 'plain' : standing === 'pending' ? 'warn' : 'bad'
  return <Badge tone={tone}>{words.standingName[standing]}</Badge>
}

interface Props {
  org: string
  token: OrgTokenView | undefined
  onClose: () => void
}

/** One token beside the list: what it may do here, and the decision about it. */
export function OrgTokenPanel({ org, token, onClose }: Props) {
  return (
    <SidePanel isOpen={token !== undefined} onClose={onClose} title={token?.name ?? ''}>
      {token && <Decision key={token.id} org={org} token={token} onClose={onClose} />}
    </SidePanel>
  )
}

function Decision({ org, token, onClose }: { org: string; token: OrgTokenView; onClose: () => void }) {
  const decide = useAct({
    run: (verb: Verb) => api.call(ROUTES[verb], { params: { name: org, tokenId: token.id } }),
    refresh: [orgTokensKey(org)],
    say: (verb) => words.decided[verb],
    after: onClose,
  })
  const whole = token.role === 'write' ? words.everythingWrite : words.everything
  return (
    <>
      <Facts
        facts={[
          [
            words.owner,
            token.owner.fullname === token.owner.name
              ? token.owner.name
              : `${token.owner.fullname} (${token.owner.name})`,
          ],
          [words.kind, `${words.kindName[token.kind]} · ${t.account.roles[token.role].name}`],
          [words.permissionsHere, token.role === 'fineGrained' ? token.permissions.join(', ') : whole],
          [t.account.created, formatDay(new Date(token.createdAt))],
          [t.account.expires, token.expiresAt ? formatDay(new Date(token.expiresAt)) : t.account.never],
          [words.lastUsed, <LastUse key="used" token={token} />],
          [words.standing, <StandingBadge key="standing" token={token} />],
        ]}
      />
      {decide.error && (
        <Notice tone="bad" live>
          {decide.error.message}
        </Notice>
      )}
      {verbsOf(token).length > 0 && (
        <>
          <p className="muted">{words.decideHelp}</p>
          <Row>
            {verbsOf(token).map((verb) => (
              <Button
                key={verb}
                variant={verb === 'approve' ? 'primary' : 'danger'}
                busy={decide.isPending}
                onClick={() => decide.mutate(verb)}
              >
                {words[verb]}
              </Button>
            ))}
          </Row>
        </>
      )}
    </>
  )
}

/** When a token was last used, and from which network. */
export function LastUse({ token }: { token: Pick<OrgTokenView, 'lastUsedAt' | 'lastUsedPrefix'> }) {
  if (!token.lastUsedAt) return <>{t.account.neverUsed}</>
  return (
    <>
      <TimeAgo at={token.lastUsedAt} />
      {token.lastUsedPrefix && (
        <span className="muted">
          {' '}
          {words.from} <code>{token.lastUsedPrefix}</code>
        </span>
      )}
    </>
  )
}
