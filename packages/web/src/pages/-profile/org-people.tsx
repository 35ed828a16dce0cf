import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { t } from '../../text/en.js'
import { AccountName } from '../../ui/account-name.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorState } from '../../ui/error-state.js'
import { Card, Section, Stack } from '../../ui/page.js'
import { Skeleton } from '../../ui/skeleton.js'
import { groupsQuery, memberPagesQuery } from '../-org/org-queries.js'
import css from './profile.module.css'

const words = t.account

/** Who belongs to an organisation; roles are told to members only. */
export function Members({ name }: { name: string }) {
  const list = useInfiniteQuery(memberPagesQuery(name, ''))
  if (list.error) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton lines={4} />
  return (
    <Stack>
      <div className={css.people}>
        {list.data.pages
          .flatMap((page) => page.members)
          .map((member) => (
            <span key={member.user}>
              <AccountName name={member.user} src={member.avatarUrl} />{' '}
              {member.role && <span className="muted">{words.memberRole[member.role]}</span>}
            </span>
          ))}
      </div>
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.parts.moreRows}
        </Button>
      )}
    </Stack>
  )
}

/** Resource groups that the reader may see, with their people and repositories. */
export function Teams({ name }: { name: string }) {
  const { data, error, refetch } = useQuery(groupsQuery(name))
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton lines={4} />
  if (data.length === 0) return <EmptyState title={words.teamsNone}>{words.teamsNoneHelp}</EmptyState>
  return (
    <Stack>
      {data.map((group) => (
        <Section key={group.id} title={group.name}>
          <Card>
            {group.description && <p>{group.description}</p>}
            <div className={css.people}>
              {group.users.map((user) => (
                <AccountName key={user.name} name={user.name} src={user.avatarUrl} />
              ))}
            </div>
            <div className={css.people}>
              {group.resources.map(({ type, name: full }) => (
                <a key={`${type} ${full}`} href={type === 'model' ? `/${full}` : `/${type}s/${full}`}>
                  {full}
                </a>
              ))}
            </div>
          </Card>
        </Section>
      ))}
    </Stack>
  )
}
