import type { ListingView } from '@stoa/contracts'
import { Link } from '@tanstack/react-router'
import { parseRate } from '../lib/offers.js'
import { formatPerMillion } from '../lib/money.js'
import { licenceOf, parametersOf, type RepoFacts, type RepoKindName } from '../lib/repo-list.js'
import { taskName } from '../lib/tasks.js'
import { formatCount, formatExact } from '../lib/units.js'
import { t } from '../text/en.js'
import { Badge } from './badge.js'
import { IconDownload, IconHeart, IconLock } from './icons.js'
import css from './repo-list.module.css'
import { RepoName } from './repo-name.js'
import { TimeAgo } from './time-ago.js'

const s = { size: 14, stroke: 1.75, 'aria-hidden': true } as const

interface Props {
  repo: RepoFacts
  kind: RepoKindName
  offer?: ListingView | undefined
}

/** "$0.15 in, $0.60 out": both per million tokens. */
export function shortPrice({ price }: ListingView): string | undefined {
  const show = (rate: string | null) =>
    rate ? formatPerMillion(parseRate(rate).micros, parseRate(rate).per, price.currency) : undefined
  const [input, output] = [show(price.input), show(price.output)]
  return input && output ? `${input} / ${output} ${t.repo.perMillion}` : undefined
}

/** One repository of a list: what it is, for what, how large, how used, what it costs. */
export function RepoListItem({ repo, kind, offer }: Props) {
  const [ns = '', name = ''] = repo.id.split('/')
  const parameters = parametersOf(repo)
  const facts = [
    repo.pipeline_tag && taskName(repo.pipeline_tag),
    parameters && `${formatCount(parameters)} ${t.repo.parameters}`,
    repo.library_name,
    licenceOf(repo),
  ].filter(Boolean)
  const body = (
    <>
      <span className={css.title}>
        <RepoName id={repo.id} kind={kind} link={false} />
        {repo.private && <Badge icon={<IconLock {...s} />}>{t.repo.private}</Badge>}
        {repo.gated && <Badge tone="warn">{t.repo.gated}</Badge>}
      </span>
      <span className={css.end}>
        {offer && <span className={css.price}>{shortPrice(offer)}</span>}
        {repo.downloads !== undefined && (
          <span title={`${formatExact(repo.downloads)} ${t.repo.downloads}`}>
            <IconDownload {...s} /> {formatCount(repo.downloads)}
          </span>
        )}
        {repo.likes !== undefined && (
          <span title={`${formatExact(repo.likes)} ${t.repo.likes}`}>
            <IconHeart {...s} /> {formatCount(repo.likes)}
          </span>
        )}
      </span>
      <span className={css.meta}>
        {facts.map((fact) => (
          <span key={String(fact)}>{fact}</span>
        ))}
        {repo.lastModified && (
          <span>
            {t.repo.updated} <TimeAgo at={repo.lastModified} />
          </span>
        )}
      </span>
    </>
  )
  const params = { ns, repo: name }
  return kind === 'model' ? (
    <Link to="/$ns/$repo" params={params} className={css.item}>
      {body}
    </Link>
  ) : (
    <Link to="/datasets/$ns/$repo" params={params} className={css.item}>
      {body}
    </Link>
  )
}

/** A short list, all of it shown. */
export function RepoRows({
  repos,
  kind,
  offers,
}: {
  repos: readonly RepoFacts[]
  kind: RepoKindName
  offers?: ReadonlyMap<string, ListingView> | undefined
}) {
  return (
    <div className={css.list}>
      {repos.map((repo) => (
        <div key={repo.id}>
          <RepoListItem repo={repo} kind={kind} offer={offers?.get(repo.id)} />
        </div>
      ))}
    </div>
  )
}
