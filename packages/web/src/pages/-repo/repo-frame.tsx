import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { licenceOf, parametersOf, type RepoFacts, type RepoKindName } from '../../lib/repo-list.js'
import { at, repoQuery } from '../../lib/repo-queries.js'
import { useSession, writableAccounts } from '../../lib/session.js'
import { taskName } from '../../lib/tasks.js'
import { formatCount, formatExact } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { AccountName } from '../../ui/account-name.js'
import { Badge, BadgeLink, Badges } from '../../ui/badge.js'
import { Bytes } from '../../ui/bytes.js'
import { CopyButton } from '../../ui/copy-text.js'
import { Figure, Figures } from '../../ui/figure.js'
import { IconDownload, IconHeart, IconLock } from '../../ui/icons.js'
import { KindIcon } from '../../ui/kind-icon.js'
import { Page, Tab, Tabs } from '../../ui/page.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { GateBox } from './gate-box.js'
import css from './repo.module.css'

const s = { size: 14, stroke: 1.75, 'aria-hidden': true } as const

export interface RepoProps {
  kind: RepoKindName
  ns: string
  repo: string
}

/** May this person write to what an account owns? The server decides; this only hides what would be refused. */
export function useCanWrite(ns: string): boolean {
  const session = useSession()
  return writableAccounts(session).some(({ name }) => name.toLowerCase() === ns.toLowerCase())
}

/** Title, figures and tabs of a repository, around each of its pages. */
export function RepoFrame({ kind, ns, repo }: RepoProps) {
  const { data: facts } = useSuspenseQuery(repoQuery(kind, `${ns}/${repo}`))
  return (
    <Page>
      <header className={css.head}>
        <div className={css.title}>
          <KindIcon kind={kind} size={20} />
          <h1>
            <Link to="/$ns" params={{ ns }} className={css.ns}>
              {ns}
            </Link>
            <span aria-hidden="true">/</span>
            <Link to={at(kind, '/$ns/$repo')} params={{ ns, repo }}>
              {repo}
            </Link>
          </h1>
          <CopyButton text={facts.id} what={facts.id} />
          {facts.private && <Badge icon={<IconLock {...s} />}>{t.repo.private}</Badge>}
          {facts.gated && <Badge tone="warn">{t.repo.gated}</Badge>}
        </div>
        <RepoFigures facts={facts} />
        <RepoBadges facts={facts} kind={kind} />
      </header>
      {facts.gated && <GateBox kind={kind} ns={ns} repo={repo} />}
      <RepoTabs kind={kind} ns={ns} repo={repo} />
      <Outlet />
    </Page>
  )
}

function RepoFigures({ facts }: { facts: RepoFacts }) {
  const parameters = parametersOf(facts)
  return (
    <Figures>
      <AccountName name={facts.author ?? facts.id.split('/')[0] ?? ''} />
      {parameters !== undefined && (
        <Figure value={formatCount(parameters)} unit={t.repo.parameters} exact={formatExact(parameters)} />
      )}
      {facts.usedStorage !== undefined && <Figure value={<Bytes value={facts.usedStorage} />} />}
      <Figure
        icon={<IconDownload {...s} />}
        value={formatCount(facts.downloads ?? 0)}
        unit={t.repo.downloads}
        exact={formatExact(facts.downloads ?? 0)}
      />
      <Figure
        icon={<IconHeart {...s} />}
        value={formatCount(facts.likes ?? 0)}
        unit={t.repo.likes}
        exact={formatExact(facts.likes ?? 0)}
      />
      {facts.lastModified && (
        <span className="muted">
          {t.repo.updated} <TimeAgo at={facts.lastModified} />
        </span>
      )}
    </Figures>
  )
}

function RepoBadges({ facts, kind }: { facts: RepoFacts; kind: RepoKindName }) {
  const licence = licenceOf(facts)
  const task = facts.pipeline_tag
  const library = facts.library_name
  if (kind === 'dataset')
    return (
      <Badges>
        {licence && (
          <BadgeLink to="/datasets" search={{ license: licence }}>
            {licence}
          </BadgeLink>
        )}
      </Badges>
    )
  return (
    <Badges>
      {task && (
        <BadgeLink to="/models" search={{ pipeline_tag: task }}>
          {taskName(task)}
        </BadgeLink>
      )}
      {library && (
        <BadgeLink to="/models" search={{ library }}>
          {library}
        </BadgeLink>
      )}
      {licence && (
        <BadgeLink to="/models" search={{ license: licence }}>
          {licence}
        </BadgeLink>
      )}
    </Badges>
  )
}

/** Which page of the repository this is, so that its tab stays lit in every folder and at every revision. */
function usePart(): string {
  return useLocation({ select: ({ pathname }) => pathname.replace(/^\/datasets\//, '/').split('/')[3] ?? '' })
}

function RepoTabs({ kind, ns, repo }: RepoProps) {
  const canWrite = useCanWrite(ns)
  const params = { ns, repo }
  const at0 = { ...params, rev: 'main' }
  const part = usePart()
  const current = (parts: readonly string[]) => (parts.includes(part) ? { 'aria-current': 'page' as const } : {})
  const isFiles = current(['tree', 'blob', 'edit', 'new', 'upload'])
  const isHistory = current(['commits', 'commit', 'compare', 'refs'])
  const words = t.repo.tabs
  return (
    <Tabs label={words.label}>
      <Tab to={at(kind, '/$ns/$repo')} params={params} activeOptions={{ exact: true }}>
        {words.card}
      </Tab>
      <Tab to={at(kind, '/$ns/$repo/tree/$rev/$')} params={{ ...at0, _splat: '' }} {...isFiles}>
        {words.files}
      </Tab>
      <Tab to={at(kind, '/$ns/$repo/commits/$rev/$')} params={{ ...at0, _splat: '' }} {...isHistory}>
        {words.commits}
      </Tab>
      {canWrite && (
        <Tab to={at(kind, '/$ns/$repo/settings')} params={params}>
          {words.settings}
        </Tab>
      )}
    </Tabs>
  )
}
