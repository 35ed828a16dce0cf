import type { OrgTokenView } from '@stoa/contracts'
import { useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { tokens as words } from '../../../../text/en/tokens.js'
import { Button } from '../../../../ui/button.js'
import { DataTable } from '../../../../ui/data-table.js'
import { EmptyState } from '../../../../ui/empty-state.js'
import { formClass, SelectField } from '../../../../ui/field.js'
import { IconKey } from '../../../../ui/icons.js'
import { PageHeader, Section, Stack } from '../../../../ui/page.js'
import { LastUse, OrgTokenPanel, StandingBadge } from '../../../-org/org-token-panel.js'
import { NetworksForm, PolicyForm } from '../../../-org/token-policy.js'
import {
  networksQuery,
  orgTokensQuery,
  type Standing,
  STANDINGS,
  tokenPolicyQuery,
} from '../../../-org/token-queries.js'

export const Route = createFileRoute('/organizations/$name/settings/tokens')({
  validateSearch: (search): { standing?: Standing; token?: string } => {
    const standing = STANDINGS.find((one) => one === search['standing'])
    return {
      ...(standing ? { standing } : {}),
      ...(typeof search['token'] === 'string' ? { token: search['token'] } : {}),
    }
  },
  loaderDeps: ({ search }) => ({ standing: search.standing }),
  loader: ({ context: { queryClient }, params: { name }, deps }) =>
    Promise.all([
      queryClient.ensureQueryData(tokenPolicyQuery(name)),
      queryClient.ensureQueryData(networksQuery(name)),
      queryClient.ensureInfiniteQueryData(orgTokensQuery(name, deps.standing)),
    ]),
  component: OrgTokens,
})

function OrgTokens() {
  const { name } = Route.useParams()
  return (
    <Stack>
      <PageHeader title={words.title} lead={words.lead} />
      <TokenList />
      <PolicyForm key={`policy ${name}`} org={name} />
      <NetworksForm key={`networks ${name}`} org={name} />
    </Stack>
  )
}

function TokenList() {
  const { name } = Route.useParams()
  const { standing, token: opened } = Route.useSearch()
  const navigate = Route.useNavigate()
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useSuspenseInfiniteQuery(
    orgTokensQuery(name, standing),
  )
  const tokens = data.pages.flatMap((page) => page.tokens)
  const go = (change: { standing?: Standing | undefined; token?: string }) => {
    const next = 'standing' in change ? change.standing : standing
    void navigate({ search: { ...(next ? { standing: next } : {}), ...(change.token ? { token: change.token } : {}) } })
  }
  return (
    <Section title={words.list}>
      <Stack>
        <div className={formClass}>
          <SelectField
            label={words.show}
            value={standing ?? 'all'}
            options={(['all', ...STANDINGS] as const).map((value) => ({ value, label: words.shown[value] }))}
            onChange={(event) => go({ standing: STANDINGS.find((one) => one === event.target.value) })}
          />
        </div>
        {tokens.length === 0 ? (
          <EmptyState
            title={standing ? words.noneShown : words.none}
            icon={<IconKey size={20} stroke={1.75} aria-hidden />}
          >
            {words.noneHelp}
          </EmptyState>
        ) : (
          <TokenTable tokens={tokens} selected={opened} onOpen={(token) => go({ token })} />
        )}
        {hasNextPage && (
          <div>
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {words.more}
            </Button>
          </div>
        )}
      </Stack>
      <OrgTokenPanel org={name} token={tokens.find(({ id }) => id === opened)} onClose={() => go({})} />
    </Section>
  )
}

interface TableProps {
  tokens: readonly OrgTokenView[]
  selected: string | undefined
  onOpen: (id: string) => void
}

function TokenTable({ tokens, selected, onOpen }: TableProps) {
  return (
    <DataTable
      name={words.list}
      rows={tokens}
      rowKey={(token) => token.id}
      selected={selected}
      onOpen={(token) => onOpen(token.id)}
      columns={[
        {
          id: 'token',
          head: words.token,
          cell: (token) => <strong style={{ fontWeight: 500 }}>{token.name}</strong>,
          value: (token) => token.name,
        },
        { id: 'owner', head: words.owner, cell: (token) => token.owner.name, value: (token) => token.owner.name },
        {
          id: 'kind',
          head: words.kind,
          cell: (token) => words.kindName[token.kind],
          value: (token) => token.kind,
        },
        {
          id: 'standing',
          head: words.standing,
          cell: (token) => <StandingBadge token={token} />,
          value: (token) => token.standing,
        },
        {
          id: 'used',
          head: words.lastUsed,
          cell: (token) => <LastUse token={token} />,
          value: (token) => token.lastUsedAt,
        },
      ]}
    />
  )
}
