import { deleteToken, listTokens, type ResponseOf } from '@stoa/contracts'
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { api, baseUrl } from '../../lib/api.js'
import { formatDay } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { IconKey, IconPlus } from '../../ui/icons.js'
import { PageHeader } from '../../ui/page.js'
import { ConfirmByName } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { useToast } from '../../ui/toast.js'
import { tokens as tokenWords } from '../../text/en/tokens.js'
import { LastUse } from '../-org/org-token-panel.js'
import { NewTokenPanel } from './-new-token.js'
import { TokenNetworksPanel } from './-token-networks.js'

const tokensQuery = queryOptions({
  queryKey: [listTokens.id],
  queryFn: ({ signal }) => api.call(listTokens, { signal }),
})

export const Route = createFileRoute('/settings/tokens')({
  validateSearch: (search): { new?: boolean } => (search['new'] ? { new: true } : {}),
  loader: ({ context }) => context.queryClient.ensureQueryData(tokensQuery),
  component: Tokens,
})

const words = t.account
type Token = ResponseOf<typeof listTokens>[number]

function Tokens() {
  const { data: tokens } = useSuspenseQuery(tokensQuery)
  const { new: isNew = false } = Route.useSearch()
  const navigate = Route.useNavigate()
  const [revoking, setRevoking] = useState<Token | null>(null)
  const [moving, setMoving] = useState<Token | null>(null)
  const open = (value: boolean) => void navigate({ search: value ? { new: true } : {} })
  const button = (
    <Button variant="primary" icon={<IconPlus size={16} stroke={1.75} aria-hidden />} onClick={() => open(true)}>
      {words.newToken}
    </Button>
  )
  return (
    <div>
      <PageHeader title={words.tokens} lead={words.tokensLead} actions={tokens.length > 0 && button} />
      {tokens.length === 0 ? (
        <EmptyState
          title={words.noTokens}
          icon={<IconKey size={20} stroke={1.75} aria-hidden />}
          action={button}
          command={`export HF_ENDPOINT=${baseUrl()}\nhf auth login`}
        >
          {words.noTokensHelp}
        </EmptyState>
      ) : (
        <TokenTable tokens={tokens} onRevoke={setRevoking} onMove={setMoving} />
      )}
      <NewTokenPanel isOpen={isNew} onClose={() => open(false)} />
      <TokenNetworksPanel token={moving} onClose={() => setMoving(null)} />
      <RevokeToken token={revoking} onClose={() => setRevoking(null)} />
    </div>
  )
}

interface TableProps {
  tokens: readonly Token[]
  onRevoke: (token: Token) => void
  onMove: (token: Token) => void
}

function TokenTable({ tokens, onRevoke, onMove }: TableProps) {
  return (
    <DataTable
      name={words.tokens}
      rows={tokens}
      rowKey={(token) => token.id}
      columns={[
        {
          id: 'name',
          head: words.tokenName,
          cell: (token) => (
            <>
              <strong style={{ fontWeight: 500 }}>{token.name}</strong> <code className="muted">…{token.hint}</code>{' '}
              <HeldBackBadges token={token} />
            </>
          ),
          value: (token) => token.name,
        },
        {
          id: 'role',
          head: words.tokenRole,
          cell: (token) => (
            <Badge tone={token.role === 'write' ? 'accent' : 'plain'}>{words.roles[token.role].name}</Badge>
          ),
          value: (token) => token.role,
        },
        {
          id: 'created',
          head: words.created,
          cell: (token) => <TimeAgo at={token.createdAt} />,
          value: (token) => token.createdAt,
        },
        {
          id: 'lastUsed',
          head: words.lastUsed,
          cell: (token) => <LastUse token={token} />,
          value: (token) => token.lastUsedAt,
        },
        {
          id: 'expires',
          head: words.expires,
          cell: (token) => (token.expiresAt ? formatDay(new Date(token.expiresAt)) : words.never),
          value: (token) => token.expiresAt,
        },
        {
          id: 'networks',
          head: tokenWords.ownNetworks,
          cell: (token) => (
            <Button size="dense" title={tokenWords.changeNetworks} onClick={() => onMove(token)}>
              {token.ipRanges.length === 0 ? tokenWords.anywhere : token.ipRanges.join(', ')}
            </Button>
          ),
          value: (token) => token.ipRanges.join(' '),
        },
        {
          id: 'revoke',
          head: '',
          cell: (token) => (
            <Button size="dense" onClick={() => onRevoke(token)}>
              {words.revoke}
            </Button>
          ),
        },
      ]}
    />
  )
}

/** Organisations that let a token reach nothing of theirs. */
function HeldBackBadges({ token }: { token: Token }) {
  return token.heldBackBy.map(({ org, why }) => {
    const isTaken = why === 'token-revoked'
    return (
      <Badge key={org} tone={isTaken ? 'bad' : 'warn'} title={isTaken ? tokenWords.takenHelp : tokenWords.waitsHelp}>
        {isTaken ? tokenWords.takenBy(org) : tokenWords.waitsFor(org)}
      </Badge>
    )
  })
}

function RevokeToken({ token, onClose }: { token: Token | null; onClose: () => void }) {
  const client = useQueryClient()
  const say = useToast()
  const revoke = useMutation({
    mutationFn: (one: Token) => api.call(deleteToken, { params: { tokenId: one.id } }),
    onSuccess: async (_, one) => {
      await client.invalidateQueries(tokensQuery)
      onClose()
      say(words.revoked(one.name))
    },
  })
  return (
    <ConfirmByName
      isOpen={token !== null}
      onClose={onClose}
      title={words.revokeTitle(token?.name ?? '')}
      text={words.revokeHelp}
      verb={words.revoke}
      busy={revoke.isPending}
      onConfirm={() => token && revoke.mutate(token)}
    />
  )
}
