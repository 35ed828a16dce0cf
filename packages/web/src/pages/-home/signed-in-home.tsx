import { getWallets } from '@stoa/contracts'
import { queryOptions, useQuery, useSuspenseInfiniteQuery, useSuspenseQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { sumMicros } from '../../lib/money.js'
import { offersQuery } from '../../lib/offers.js'
import { useRevenues } from '../../lib/revenue.js'
import { type SessionUser, useSession, writableAccounts } from '../../lib/session.js'
import { formatExact } from '../../lib/units.js'
import { usageQuery } from '../../lib/usage.js'
import { t } from '../../text/en.js'
import { ButtonLink } from '../../ui/button.js'
import { CodeSnippet } from '../../ui/code-snippet.js'
import { EmptyState } from '../../ui/empty-state.js'
import { TileLink, Tiles } from '../../ui/figure.js'
import { IconArrowRight, IconKey, IconMessageCircle, IconUpload } from '../../ui/icons.js'
import { Money } from '../../ui/money.js'
import { Page, PageHeader, Section, Split } from '../../ui/page.js'
import { RepoRows } from '../../ui/repo-list-item.js'
import css from './home.module.css'
import { newestModels, ownModelsQuery } from './newest.js'
import { startSnippets } from './signed-out-home.js'

const words = t.shell.homePage
const s = { size: 16, stroke: 1.75, 'aria-hidden': true } as const

/** For people: their work, their money, what is new, what to try next. */
export function SignedInHome({ user }: { user: SessionUser }) {
  const names = writableAccounts(useSession()).map(({ name }) => name)
  const mine = useSuspenseQueries({ queries: names.map((name) => ownModelsQuery(name)) })
  const { data: newest } = useSuspenseInfiniteQuery(newestModels)
  const { data: offers } = useQuery(offersQuery)
  const myModels = mine
    .flatMap(({ data }) => data.items)
    .toSorted((a, b) => (b.lastModified ?? '').localeCompare(a.lastModified ?? ''))
  const create = (
    <ButtonLink to="/new" size="dense">
      {t.shell.newModel}
    </ButtonLink>
  )
  return (
    <Page>
      <PageHeader title={words.welcome(user.fullname || user.name)} documentTitle={words.welcome(user.name)} />
      <Split
        main={
          <>
            <MoneyTiles user={user} />
            <Section title={words.myModels} note={myModels.length > 0 && create}>
              {myModels.length > 0 ? (
                <RepoRows repos={myModels.slice(0, 5)} kind="model" offers={offers} />
              ) : (
                <EmptyState title={words.myModelsEmpty} action={create} />
              )}
            </Section>
            <Section title={words.newHere} note={<Link to="/models">{words.all}</Link>}>
              <RepoRows repos={newest.pages.flatMap((page) => page.items).slice(0, 6)} kind="model" offers={offers} />
            </Section>
          </>
        }
        aside={
          <>
            <Section title={words.tryNext}>
              <div className={css.next}>
                <Link to="/playground">
                  <IconMessageCircle {...s} />
                  {words.tryPlayground}
                  <IconArrowRight {...s} />
                </Link>
                <Link to="/settings/tokens" search={{ new: true }}>
                  <IconKey {...s} />
                  {words.tryToken}
                  <IconArrowRight {...s} />
                </Link>
                <Link to="/new">
                  <IconUpload {...s} />
                  {words.tryPublish}
                  <IconArrowRight {...s} />
                </Link>
              </div>
            </Section>
            <Section title={words.getStarted}>
              <CodeSnippet snippets={startSnippets()} label={words.getStarted} />
            </Section>
          </>
        }
      />
    </Page>
  )
}

function MoneyTiles({ user }: { user: SessionUser }) {
  const account = user.name
  const { data: usage } = useQuery(usageQuery(account, 'month', 'resource'))
  const { data: wallets } = useQuery(
    queryOptions({
      queryKey: [getWallets.id, account],
      queryFn: ({ signal }) => api.call(getWallets, { params: { account }, signal }),
    }),
  )
  const names = writableAccounts(useSession()).map(({ name }) => name)
  const earned = sumMicros(useRevenues(names, 'month').map(({ revenue }) => revenue.total.netMicros))
  const wallet = wallets?.wallets[0]
  const blank = '…'
  return (
    <Tiles>
      <TileLink
        to="/billing/wallet"
        label={words.walletBalance}
        value={
          wallet ? (
            <Money micros={wallet.availableMicros} currency={wallet.currency} />
          ) : wallets ? (
            <Money micros="0" />
          ) : (
            blank
          )
        }
      />
      <TileLink
        to="/billing/usage"
        label={words.spentThisMonth}
        value={usage ? <Money micros={usage.total.chargedMicros} currency={usage.currency} /> : blank}
      />
      <TileLink
        to="/billing/usage"
        label={words.callsThisMonth}
        value={usage ? formatExact(BigInt(usage.total.calls)) : blank}
      />
      {earned > 0n && <TileLink to="/market/sell" label={words.earned} value={<Money micros={earned} />} />}
    </Tiles>
  )
}
