import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { baseUrl } from '../../lib/api.js'
import { callableQuery } from '../../lib/callable.js'
import { offerQuery } from '../../lib/offers.js'
import { licenceOf, parametersOf, type RepoFacts } from '../../lib/repo-list.js'
import { at, cardQuery, repoQuery } from '../../lib/repo-queries.js'
import { snippetsFor } from '../../lib/snippets.js'
import { taskName } from '../../lib/tasks.js'
import { formatExact } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { ButtonLink } from '../../ui/button.js'
import { Bytes } from '../../ui/bytes.js'
import { CodeSnippet } from '../../ui/code-snippet.js'
import { CopyText } from '../../ui/copy-text.js'
import { EmptyState } from '../../ui/empty-state.js'
import { IconMessageCircle } from '../../ui/icons.js'
import { Markdown } from '../../ui/markdown.js'
import { Card, Facts, Section, Split } from '../../ui/page.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { PriceBox } from './price-box.js'
import { type RepoProps, useCanWrite } from './repo-frame.js'

/** The card on the left; how to use it, what it costs and its facts on the right. */
export function CardTab({ kind, ns, repo }: RepoProps) {
  const id = `${ns}/${repo}`
  const { data: facts } = useSuspenseQuery(repoQuery(kind, id))
  const { data: card } = useSuspenseQuery(cardQuery(kind, id))
  const { data: callable = [] } = useQuery({ ...callableQuery, enabled: kind === 'model' })
  const { data: offer } = useQuery({ ...offerQuery(id), enabled: kind === 'model' })
  const isServed = callable.some((model) => model.id.toLowerCase() === id.toLowerCase())
  const snippets = snippetsFor({
    baseUrl: baseUrl(),
    id: facts.id,
    kind,
    task: facts.pipeline_tag,
    library: facts.library_name,
    isServed,
  })
  const isChat = !facts.pipeline_tag || facts.pipeline_tag === 'text-generation'
  return (
    <Split
      main={card.html ? <Markdown html={card.html} /> : <NoCard kind={kind} ns={ns} repo={repo} />}
      aside={
        <>
          {kind === 'model' && isServed && isChat && (
            <ButtonLink
              to="/playground"
              search={{ model: facts.id }}
              variant="primary"
              size="large"
              block
              icon={<IconMessageCircle size={16} stroke={1.75} aria-hidden />}
            >
              {t.repo.tryIt}
            </ButtonLink>
          )}
          <Section title={kind === 'model' ? t.repo.useThis : t.repo.useDataset}>
            <CodeSnippet snippets={snippets} label={kind === 'model' ? t.repo.useThis : t.repo.useDataset} />
          </Section>
          {kind === 'model' && <PriceBox offer={offer ?? null} isServed={isServed} />}
          <Section title={t.repo.facts}>
            <Card>
              <RepoFactList facts={facts} />
            </Card>
          </Section>
        </>
      }
    />
  )
}

const textOf = (value: unknown): string | undefined =>
  Array.isArray(value) ? value.map(String).join(', ') : typeof value === 'string' ? value : undefined

function RepoFactList({ facts }: { facts: RepoFacts }) {
  const parameters = parametersOf(facts)
  const base = facts.cardData?.['base_model']
  const dtypes = facts.safetensors?.parameters ? Object.keys(facts.safetensors.parameters).join(', ') : undefined
  const totalBytes = facts.usedStorage
  return (
    <Facts
      facts={[
        [t.repo.task, facts.pipeline_tag && taskName(facts.pipeline_tag)],
        [t.repo.library, facts.library_name],
        [t.repo.licence, licenceOf(facts)],
        [t.repo.parameters, parameters && formatExact(parameters)],
        [t.repo.tensorTypes, dtypes],
        [t.repo.size, totalBytes ? <Bytes value={totalBytes} /> : undefined],
        [
          t.repo.baseModel,
          typeof base === 'string' && base.includes('/') ? (
            <Link to="/$ns/$repo" params={{ ns: base.split('/')[0] ?? '', repo: base.split('/')[1] ?? '' }}>
              {base}
            </Link>
          ) : (
            textOf(base)
          ),
        ],
        [t.repo.trainedOn, textOf(facts.cardData?.['datasets'])],
        [t.repo.language, textOf(facts.cardData?.['language'])],
        [
          t.repo.revision,
          facts.sha && <CopyText text={facts.sha} shown={facts.sha.slice(0, 7)} what={t.repo.revision} />,
        ],
        [t.repo.created, facts.createdAt && <TimeAgo at={facts.createdAt} />],
      ]}
    />
  )
}

function NoCard({ kind, ns, repo }: RepoProps) {
  const canWrite = useCanWrite(ns)
  const path = kind === 'model' ? `${ns}/${repo}` : `datasets/${ns}/${repo}`
  const action = canWrite && (
    <ButtonLink to={at(kind, '/$ns/$repo/new/$rev/$')} params={{ ns, repo, rev: 'main', _splat: '' }} variant="primary">
      {t.repo.addCard}
    </ButtonLink>
  )
  return (
    <EmptyState
      title={t.repo.noCard}
      action={action}
      command={`git clone ${baseUrl()}/${path}\ncd ${repo}\n# write README.md, then\ngit add . && git commit -m "Add a card" && git push`}
    >
      {t.repo.noCardHelp}
    </EmptyState>
  )
}
