import { StoaError } from '@stoa/contracts'
import type { RepoFacts } from '@stoa/formats'
import { type Actor, ANONYMOUS } from './kit/http/actor.js'
import type { DescribePage } from './kit/http/web-shell.js'

interface PageSources {
  /** Finds a repository for an actor; throws a refusal when there is none they may see. */
  findRepo(
    actor: Actor,
    type: 'model' | 'dataset',
    fullName: string,
    needed: 'see',
  ): Promise<{ repo: { id: string; fullName: string } }>
  facts(repoId: string): Promise<RepoFacts | null>
}

/** First segments that are pages of the interface, never accounts. */
const PAGES =
  /^\/(models|datasets|spaces|new|new-dataset|playground|billing|market|settings|organizations|admin|login|join|welcome|docs)(\/|$)/
const REPO = /^\/(datasets\/)?([\w.-]{1,96})\/([\w.-]{1,96})(?:\/|$)/
const FIXED: Readonly<Record<string, { title: string; description: string }>> = {
  '/': {
    title: 'Publish, find, call and pay for AI',
    description: 'Models as git repositories with an API in front; calls metered, priced and settled to the micro.',
  },
  '/models': { title: 'Models', description: 'All models on this server, by task, library and licence.' },
  '/datasets': { title: 'Datasets', description: 'All datasets on this server.' },
}

/** What robots and previews are told of a page; only what anybody may see. */
export function createPageDescriber(sources: PageSources): DescribePage {
  return async (path) => {
    const fixed = FIXED[path]
    if (fixed) return { ...fixed, canonicalPath: path }
    const match = REPO.exec(path)
    if (!match || (PAGES.test(path) && !path.startsWith('/datasets/'))) return null
    const [, prefix = '', namespace, name] = match
    if (prefix === '' && namespace === 'datasets') return null
    try {
      const { repo } = await sources.findRepo(ANONYMOUS, prefix ? 'dataset' : 'model', `${namespace}/${name}`, 'see')
      const facts = await sources.facts(repo.id)
      const kind = prefix ? 'Dataset' : (facts?.pipelineTag?.replaceAll('-', ' ') ?? 'Model')
      const lead = facts?.description
      return {
        title: repo.fullName,
        description: lead ?? `${kind} ${repo.fullName}`,
        canonicalPath: `/${prefix}${repo.fullName}`,
        ...(lead ? { lead } : {}),
      }
    } catch (error) {
      if (error instanceof StoaError && error.status < 500) return 'missing'
      throw error
    }
  }
}
