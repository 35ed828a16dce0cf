import { StoaError } from '@stoa/contracts'
import type { Clock } from '../kit/clock.js'
import type { Tx } from '../kit/db/database.js'
import type { UserActor } from '../kit/http/actor.js'
import {
  type Change,
  type FolderFile,
  ItemProblem,
  type ManifestContext,
  type ManifestNoun,
} from '../kit/manifest/noun.js'
import type { Accounts } from '../modules/accounts/index.js'
import { type CheckedDocument, type CheckedItem, checkDocument, problemAt } from './check-document.js'
import { readDocuments } from './read-documents.js'
import { renderChanges } from './render-changes.js'
import type { ResolveSecret } from './resolve-secrets.js'

export interface ManifestDeps {
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  readonly clock: Clock
  readonly accounts: Pick<Accounts, 'settings'>
  readonly nouns: readonly ManifestNoun[]
}

export interface ApplyRequest {
  readonly documents: readonly { readonly name: string; readonly text: string }[]
  readonly dryRun: boolean
  /** Null at bootstrap. */
  readonly actor: UserActor | null
  readonly resolveSecret: ResolveSecret
  /** Files of a folder an item names; throws a sentence when there is none. */
  folder(path: string): Promise<readonly FolderFile[]>
}

export interface ApplyResult {
  readonly changes: readonly Change[]
  readonly unchanged: number
  readonly issued: readonly { readonly label: string; readonly secret: string }[]
  /** The diff as people read it. */
  readonly text: string
}

/** What one transaction gathers; kept only when it commits. */
interface Outcome {
  readonly changes: Change[]
  unchanged: number
  readonly issued: { label: string; secret: string }[]
  readonly afterCommit: (() => void)[]
}

type Prepared = ReadonlyMap<CheckedItem, unknown>

/** Thrown to roll a dry run back; carries what it found. */
class RolledBack extends Error {}

/**
 * Checks every document, then applies them one after the other, each in one transaction. A dry run applies all of them
 * in one transaction and rolls it back, so it tells exactly what would happen. Throws `ManifestInvalid` at the first
 * problem, with what was applied before it.
 */
export async function applyDocuments(deps: ManifestDeps, request: ApplyRequest): Promise<ApplyResult> {
  const read = request.documents.flatMap(({ name, text }) => readDocuments(name, text))
  const documents = read.map((document) => checkDocument(document, deps.nouns, request.resolveSecret))
  for (const checked of documents) await checkLenient(deps, checked)
  const outcomes = request.dryRun
    ? [await rehearse(deps, request, documents)]
    : await applyEach(deps, request, documents)
  const changes = outcomes.flatMap((outcome) => outcome.changes)
  const unchanged = outcomes.reduce((sum, outcome) => sum + outcome.unchanged, 0)
  const issued = request.dryRun ? [] : outcomes.flatMap((outcome) => outcome.issued)
  return { changes, unchanged, issued, text: renderChanges(changes, unchanged) }
}

async function checkLenient(deps: ManifestDeps, { document, lenient }: CheckedDocument): Promise<void> {
  if (lenient !== true || (await deps.accounts.settings.mayBeLenient())) return
  throw problemAt(
    document,
    ['lenient'],
    'only allowed while the public address of the server is this machine (loopback)',
  )
}

async function applyEach(
  deps: ManifestDeps,
  request: ApplyRequest,
  documents: readonly CheckedDocument[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const [index, checked] of documents.entries()) {
    const outcome = newOutcome()
    try {
      const prepared = await prepare(deps, request, checked, outcome)
      await deps.write((tx) => {
        empty(outcome)
        return applyOne(tx, deps, request, { checked, prepared, outcome })
      })
    } catch (error) {
      throw index === 0 ? error : withApplied(error, outcomes)
    }
    for (const work of outcome.afterCommit) work()
    if (outcome.changes.length > 0) await deps.accounts.settings.load()
    outcomes.push(outcome)
  }
  return outcomes
}

async function rehearse(
  deps: ManifestDeps,
  request: ApplyRequest,
  documents: readonly CheckedDocument[],
): Promise<Outcome> {
  const outcome = newOutcome()
  const prepared: { checked: CheckedDocument; prepared: Prepared }[] = []
  for (const checked of documents) prepared.push({ checked, prepared: await prepare(deps, request, checked, outcome) })
  try {
    await deps.write(async (tx) => {
      empty(outcome)
      for (const one of prepared) await applyOne(tx, deps, request, { ...one, outcome })
      throw new RolledBack()
    })
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error
  }
  return outcome
}

function newOutcome(): Outcome {
  return { changes: [], unchanged: 0, issued: [], afterCommit: [] }
}

/** A transaction that had to be repeated starts from nothing. */
function empty(outcome: Outcome): void {
  outcome.changes.length = 0
  outcome.unchanged = 0
  outcome.issued.length = 0
  outcome.afterCommit.length = 0
}

function contextOf(
  deps: ManifestDeps,
  request: ApplyRequest,
  checked: CheckedDocument,
  outcome: Outcome,
): ManifestContext {
  return {
    actor: request.actor,
    lenient: checked.lenient ?? deps.accounts.settings.isLenient(),
    dryRun: request.dryRun,
    now: deps.clock.now(),
    folder: (path) => request.folder(path),
    reveal: (label, secret) => void outcome.issued.push({ label, secret }),
    afterCommit: (work) => void outcome.afterCommit.push(work),
  }
}

async function prepare(
  deps: ManifestDeps,
  request: ApplyRequest,
  checked: CheckedDocument,
  outcome: Outcome,
): Promise<Prepared> {
  const context = contextOf(deps, request, checked, outcome)
  const prepared = new Map<CheckedItem, unknown>()
  for (const one of checked.items) {
    if (one.isAbsent || !one.noun.prepare) continue
    prepared.set(one, await atItem(checked, one, async () => one.noun.prepare?.(one.item, context)))
  }
  return prepared
}

async function applyOne(
  tx: Tx,
  deps: ManifestDeps,
  request: ApplyRequest,
  { checked, prepared, outcome }: { checked: CheckedDocument; prepared: Prepared; outcome: Outcome },
): Promise<void> {
  const context = contextOf(deps, request, checked, outcome)
  await applyLenient(tx, deps, checked, outcome)
  const present = checked.items.filter((one) => !one.isAbsent)
  // What is used by others goes last: repositories before the organisation that holds them.
  const absent = checked.items.filter((one) => one.isAbsent).toReversed()
  for (const one of present) {
    note(outcome, await atItem(checked, one, () => one.noun.apply(tx, one.item, context, prepared.get(one))))
  }
  for (const one of absent) note(outcome, await atItem(checked, one, () => one.noun.remove(tx, one.item, context)))
}

async function applyLenient(tx: Tx, deps: ManifestDeps, { lenient }: CheckedDocument, outcome: Outcome): Promise<void> {
  const { settings } = deps.accounts
  if (lenient === null || lenient === settings.isLenient()) return
  await settings.setLenient(tx, lenient)
  const text = lenient ? 'lenient no → yes' : 'lenient yes → no'
  outcome.changes.push({ kind: 'update', subject: 'platform', text })
}

function note(outcome: Outcome, change: Change | null): void {
  if (change) outcome.changes.push(change)
  else outcome.unchanged += 1
}

/** Tells a noun's problem, or a refusal of an operation, at the place of the item. */
async function atItem<T>(checked: CheckedDocument, one: CheckedItem, work: () => Promise<T>): Promise<T> {
  const path = [one.noun.key, one.index]
  try {
    return await work()
  } catch (error) {
    if (error instanceof ItemProblem) throw problemAt(checked.document, [...path, ...error.path], error.message)
    if (error instanceof StoaError) throw problemAt(checked.document, path, error.message)
    throw error
  }
}

function withApplied(error: unknown, outcomes: readonly Outcome[]): unknown {
  if (!(error instanceof StoaError)) return error
  const lines = outcomes.flatMap((outcome) => outcome.changes.map((change) => `${change.kind} ${change.subject}`))
  const message = `${error.message} (the documents before this one were applied: ${lines.length} changes)`
  return new StoaError(error.code, message, error.status, { ...error.detail, applied: lines }, {})
}
