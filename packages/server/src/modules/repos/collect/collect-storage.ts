import type { Clock } from '../../../kit/clock.js'
import { type Candidate, judge, type Verdict } from './judge.js'
import { type CollectionReport, ReportCounter } from './report.js'
import type { Shelf } from './shelf.js'

export interface CollectOptions {
  readonly clock: Clock
  readonly isDryRun: boolean
  /** Looked at between pages. */
  readonly signal: AbortSignal
  /** Told after every page. */
  progress(report: CollectionReport): Promise<void>
}

/** Looks at every shelf page by page: condemns, rescues, removes. A dry run only counts. Throws when cancelled. */
export async function collectStorage(shelves: readonly Shelf[], options: CollectOptions): Promise<CollectionReport> {
  const counter = new ReportCounter()
  for (const shelf of shelves) {
    counter.begin(shelf.kind)
    const before = new Date(options.clock.now().getTime() - shelf.floorMs)
    for (let page = await shelf.page(''); page.length > 0; page = await shelf.page(page.at(-1)?.name ?? '')) {
      const judged = page.map((one) => [judge(one, before), one] as const)
      const removed = options.isDryRun ? chosen(judged, 'remove') : await carryOut(shelf, judged, before, options.clock)
      counter.add(shelf.kind, judged, removed)
      await options.progress(counter.report())
      options.signal.throwIfAborted()
    }
    if (!options.isDryRun) await shelf.finish?.(before)
  }
  counter.end()
  return counter.report()
}

type Judged = readonly (readonly [Verdict, Candidate])[]

const chosen = (judged: Judged, wanted: Verdict): Candidate[] =>
  judged.filter(([verdict]) => verdict === wanted).map(([, one]) => one)

async function carryOut(shelf: Shelf, judged: Judged, before: Date, clock: Clock): Promise<Candidate[]> {
  const namesOf = (verdict: Verdict): string[] => chosen(judged, verdict).map((one) => one.name)
  const [rescued, condemned, due] = [namesOf('rescue'), namesOf('condemn'), namesOf('remove')]
  if (rescued.length > 0) await shelf.rescue(rescued)
  if (condemned.length > 0) await shelf.condemn(condemned, clock.now())
  if (due.length === 0) return []
  const gone = new Set(await shelf.remove(due, before))
  return chosen(judged, 'remove').filter((one) => gone.has(one.name))
}
