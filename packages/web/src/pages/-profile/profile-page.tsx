import { useQuery, useSuspenseInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { accountQuery, membersQuery } from '../../lib/account-queries.js'
import { offersQuery } from '../../lib/offers.js'
import { type RepoKindName, reposQuery } from '../../lib/repo-list.js'
import { useSession } from '../../lib/session.js'
import { formatDay } from '../../lib/units.js'
import { useTitle } from '../../lib/use-title.js'
import { t } from '../../text/en.js'
import { AccountName, Avatar } from '../../ui/account-name.js'
import { Badge } from '../../ui/badge.js'
import { Button, ButtonLink } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { Page, Section, Stack } from '../../ui/page.js'
import { RepoRows } from '../../ui/repo-list-item.js'
import css from './profile.module.css'

const words = t.account

/** A person or an organisation: who they are, what they publish. */
export function ProfilePage({ ns }: { ns: string }) {
  const { data: account } = useSuspenseQuery(accountQuery(ns))
  const { user, orgs } = useSession()
  useTitle(account.fullname || account.name)
  const isMe = user?.name === account.name
  return (
    <Page>
      <div className={css.layout}>
        <header className={css.person}>
          <Avatar name={account.name} src={account.avatarUrl} type={account.type} size="lg" />
          <div>
            <h1>{account.fullname || account.name}</h1>
            <span className="muted">{account.name}</span>
          </div>
          <Badge>{account.type === 'org' ? words.organisation : words.person}</Badge>
          {account.details && <p className={css.about}>{account.details}</p>}
          {account.createdAt && (
            <p className="muted">
              {words.member} {formatDay(new Date(account.createdAt))}
            </p>
          )}
          {orgs.some((org) => org.name === account.name) && (
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
          {account.type === 'org' && <Members name={account.name} />}
        </header>
        <Stack>
          <Repos kind="model" name={account.name} isMe={isMe} />
          <Repos kind="dataset" name={account.name} isMe={isMe} />
        </Stack>
      </div>
    </Page>
  )
}

function Members({ name }: { name: string }) {
  const { data = [] } = useQuery(membersQuery(name))
  return (
    <Section title={words.members}>
      <div className={css.people}>
        {data.map((member) => (
          <span key={member.user}>
            <AccountName name={member.user} src={member.avatarUrl} />{' '}
            {member.role && <span className="muted">{words.memberRole[member.role]}</span>}
          </span>
        ))}
      </div>
    </Section>
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
