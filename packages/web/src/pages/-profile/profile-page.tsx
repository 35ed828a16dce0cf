import { useQuery, useSuspenseInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { accountQuery } from '../../lib/account-queries.js'
import { offersQuery } from '../../lib/offers.js'
import { type RepoKindName, reposQuery } from '../../lib/repo-list.js'
import { useSession } from '../../lib/session.js'
import { formatDay } from '../../lib/units.js'
import { useTitle } from '../../lib/use-title.js'
import { t } from '../../text/en.js'
import { AccountName, Avatar } from '../../ui/account-name.js'
import { Badge, Badges } from '../../ui/badge.js'
import { Button, ButtonLink } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { IconCircleCheck } from '../../ui/icons.js'
import { Page, Section, Stack, Tab, Tabs } from '../../ui/page.js'
import { RepoRows } from '../../ui/repo-list-item.js'
import { Members, Teams } from './org-people.js'
import css from './profile.module.css'

const words = t.account
const exactly = { exact: true, includeSearch: true } as const

export type ProfileTab = 'members' | 'teams'

/** A person or an organisation: who they are, what they publish, and who belongs to it. */
export function ProfilePage({ ns, tab }: { ns: string; tab: ProfileTab | undefined }) {
  const { data: account } = useSuspenseQuery(accountQuery(ns))
  const { user, orgs } = useSession()
  useTitle(account.fullname || account.name)
  const isMe = user?.name === account.name
  const isMember = orgs.some((org) => org.name === account.name)
  return (
    <Page>
      <div className={css.layout}>
        <header className={css.person}>
          <Avatar name={account.name} src={account.avatarUrl} type={account.type} size="lg" />
          <div>
            <h1>{account.fullname || account.name}</h1>
            <span className="muted">{account.name}</span>
          </div>
          <Badges>
            <Badge>{account.type === 'org' ? words.organisation : words.person}</Badge>
            {account.isVerified && (
              <Badge
                tone="accent"
                icon={<IconCircleCheck size={14} stroke={1.75} aria-hidden />}
                title={words.verifiedHelp}
              >
                {words.verified}
              </Badge>
            )}
          </Badges>
          {account.details && <p className={css.about}>{account.details}</p>}
          {account.createdAt && (
            <p className="muted">
              {words.member} {formatDay(new Date(account.createdAt))}
            </p>
          )}
          {isMember && (
            <ButtonLink to="/organizations/$name/settings" params={{ name: account.name }}>
              {t.shell.settings}
            </ButtonLink>
          )}
          {isMe && <ButtonLink to="/settings/profile">{words.editProfile}</ButtonLink>}
          {account.orgs.length > 0 && (
            <Section title={words.organisations}>
              <div className={css.people}>
                {account.orgs.map((org) => (
                  <AccountName key={org.name} name={org.name} src={org.avatarUrl} type="org" />
                ))}
              </div>
            </Section>
          )}
        </header>
        <div>
          {account.type === 'org' && (
            <Tabs label={words.tabsOf(account.name)}>
              <Tab to="/$ns" params={{ ns }} search={{}} activeOptions={exactly}>
                {words.overview}
              </Tab>
              <Tab to="/$ns" params={{ ns }} search={{ tab: 'members' }} activeOptions={exactly}>
                {words.members} {account.memberCount}
              </Tab>
              {isMember && (
                <Tab to="/$ns" params={{ ns }} search={{ tab: 'teams' }} activeOptions={exactly}>
                  {words.teams}
                </Tab>
              )}
            </Tabs>
          )}
          {account.type === 'org' && tab === 'members' ? (
            <Members name={account.name} />
          ) : account.type === 'org' && tab === 'teams' && isMember ? (
            <Teams name={account.name} />
          ) : (
            <Stack>
              <Repos kind="model" name={account.name} isMe={isMe} />
              <Repos kind="dataset" name={account.name} isMe={isMe} />
            </Stack>
          )}
        </div>
      </div>
    </Page>
  )
}

function Repos({ kind, name, isMe }: { kind: RepoKindName; name: string; isMe: boolean }) {
  const list = useSuspenseInfiniteQuery(reposQuery(kind, { author: name, sort: 'lastModified' }))
  const { data: offers } = useQuery(offersQuery)
  const repos = list.data.pages.flatMap((page) => page.items)
  if (kind === 'dataset' && repos.length === 0) return null
  const create = isMe && (
    <ButtonLink to="/new" size="dense">
      {t.shell.newModel}
    </ButtonLink>
  )
  return (
    <Section
      title={kind === 'model' ? words.models : words.datasets}
      note={kind === 'model' && repos.length > 0 && create}
    >
      {repos.length > 0 ? (
        <RepoRows repos={repos} kind={kind} offers={offers} />
      ) : (
        <EmptyState title={words.noReposOf(name)} action={create} />
      )}
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.parts.moreRows}
        </Button>
      )}
    </Section>
  )
}
