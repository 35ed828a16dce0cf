import {
  type CardKind,
  type CardProblem,
  type CardVerdict,
  type JsonObject,
  parseFrontMatter,
  type RepoFacts,
  type RepoReadings,
  readRepoFacts,
  validateCard,
  validateFrontMatter,
} from '@stoa/formats'
import type { CardPlace } from './address.js'
import { renderCard } from './render-card.js'
import type { TocEntry } from './rewrite-links.js'

/** Work on a card that hostile text can make slow; done in a thread that can be stopped. */
export type CardJob =
  | { readonly kind: 'render'; readonly card: string; readonly cardKind: CardKind; readonly place: CardPlace }
  | { readonly kind: 'validate'; readonly card: string; readonly cardKind: CardKind }
  | { readonly kind: 'facts'; readonly readings: RepoReadings }

/** A card, read, judged and rendered. */
export interface CardPage {
  readonly html: string
  readonly toc: readonly TocEntry[]
  readonly frontMatter: JsonObject | null
  readonly errors: readonly CardProblem[]
  readonly warnings: readonly CardProblem[]
}

/** Result of each kind of job. */
export interface CardResults {
  readonly render: CardPage
  readonly validate: CardVerdict
  readonly facts: RepoFacts
}

/** Does a job here and now. */
export function runCardJob<J extends CardJob>(job: J): CardResults[J['kind']] {
  const done: CardPage | CardVerdict | RepoFacts = perform(job)
  return done as CardResults[J['kind']]
}

function perform(job: CardJob): CardPage | CardVerdict | RepoFacts {
  if (job.kind === 'render') return render(job)
  return job.kind === 'validate' ? validateCard(job.card, job.cardKind) : readRepoFacts(job.readings)
}

function render(job: Extract<CardJob, { kind: 'render' }>): CardPage {
  const front = parseFrontMatter(job.card)
  const { errors, warnings } = validateFrontMatter(front, job.cardKind)
  const { html, toc, isCut } = renderCard(front.body, job.place)
  const cut = isCut ? [{ message: 'The card is very long: only its beginning is shown.' }] : []
  return { html, toc, frontMatter: front.data, errors, warnings: [...warnings, ...cut] }
}
