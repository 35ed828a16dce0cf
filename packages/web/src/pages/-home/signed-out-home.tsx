import { useQuery, useSuspenseInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { baseUrl } from '../../lib/api.js'
import { offersQuery } from '../../lib/offers.js'
import { useSession } from '../../lib/session.js'
import { useTitle } from '../../lib/use-title.js'
import { t } from '../../text/en.js'
import { ButtonLink } from '../../ui/button.js'
import { CodeSnippet, type Snippet } from '../../ui/code-snippet.js'
import { EmptyState } from '../../ui/empty-state.js'
import { IconBolt, IconGitBranch, IconScale } from '../../ui/icons.js'
import { Page, Row, Section, Stack } from '../../ui/page.js'
import { RepoRows } from '../../ui/repo-list-item.js'
import css from './home.module.css'
import { newestModels } from './newest.js'

const words = t.shell.homePage
const icons = [IconGitBranch, IconBolt, IconScale]

/** How to point the clients people have at this address. */
export function startSnippets(): Snippet[] {
  const url = baseUrl()
  return [
    { id: 'hf', label: 'hf', language: 'sh', code: `export HF_ENDPOINT=${url}\nhf auth login\n` },
    {
      id: 'openai',
      label: 'openai',
      language: 'sh',
      code: `export OPENAI_BASE_URL=${url}/v1\nexport OPENAI_API_KEY=$HF_TOKEN\n`,
    },
    { id: 'git', label: 'git', language: 'sh', code: `git clone ${url}/<owner>/<model>\ngit push\n` },
  ]
}

/** For visitors: what this place is, and what is in it. */
export function SignedOutHome() {
  useTitle(undefined)
  const { flags } = useSession()
  const { data } = useSuspenseInfiniteQuery(newestModels)
  const { data: offers } = useQuery(offersQuery)
  const models = data.pages.flatMap((page) => page.items)
  return (
    <Page>
      <section className={css.hero}>
        <div>
          <h1>{words.title}</h1>
          <p className={css.lead}>{words.lead}</p>
          <Row>
            {flags.signUp === 'open' ? (
              <ButtonLink to="/join" variant="primary" size="large">
                {t.shell.join}
              </ButtonLink>
            ) : (
              <ButtonLink to="/login" variant="primary" size="large">
                {t.shell.signIn}
              </ButtonLink>
            )}
            <ButtonLink to="/models" size="large">
              {words.browse}
            </ButtonLink>
          </Row>
        </div>
        <Section title={words.getStarted}>
          <p className="muted" style={{ marginBlockEnd: 8 }}>
            {words.getStartedHelp}
          </p>
          <CodeSnippet snippets={startSnippets()} label={words.getStarted} />
        </Section>
      </section>
      <Stack>
        <div className={css.paths}>
          {words.paths.map(({ title, text }, index) => {
            const Icon = icons[index] ?? IconBolt
            return (
              <div key={title} className={css.path}>
                <h2>
                  <Icon size={20} stroke={1.75} aria-hidden />
                  {title}
                </h2>
                <p>{text}</p>
              </div>
            )
          })}
        </div>
        <Section title={words.onThisServer} note={<Link to="/models">{words.all}</Link>}>
          {models.length > 0 ? (
            <RepoRows repos={models.slice(0, 6)} kind="model" offers={offers} />
          ) : (
            <EmptyState title={t.repo.emptyServer} />
          )}
        </Section>
      </Stack>
    </Page>
  )
}
