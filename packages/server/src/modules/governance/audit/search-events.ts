import type { AuditEventView } from '@stoa/contracts'
import type { EventLine } from '@stoa/formats'
import { openEvents } from '../../../kit/audit/open-events.js'
import { type EventFilter, type EventPage, listEvents } from '../../../kit/audit/read-events.js'
import type { GovernanceDeps } from '../deps.js'
import { peopleIn, showEvent } from './show-event.js'

/** What a caller may ask for; people and things by name or id. */
export interface Search {
  readonly chain: string
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly target?: string | undefined
  readonly outcome?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export type ReadDeps = Pick<GovernanceDeps, 'accounts' | 'audit' | 'db'>

/** The filter of a search: names of people and organisations become ids. */
export async function toFilter(deps: ReadDeps, search: Search): Promise<EventFilter> {
  return {
    chain: search.chain,
    action: search.action,
    outcome: search.outcome,
    actorId: search.actor === undefined ? undefined : await idOf(deps, search.actor),
    targetId: search.target === undefined ? undefined : await idOf(deps, search.target),
    from: search.from === undefined ? undefined : new Date(search.from),
    to: search.to === undefined ? undefined : new Date(search.to),
  }
}

async function idOf(deps: ReadDeps, nameOrId: string): Promise<string> {
  return (await deps.accounts.findAccount(deps.db, nameOrId))?.id ?? nameOrId
}

/** Events with the values that still exist. */
export async function readEvents(deps: ReadDeps, filter: EventFilter, page: EventPage): Promise<EventLine[]> {
  const events = await listEvents(deps.db, filter, page)
  return openEvents(deps.db, deps.audit.keys, filter.chain, events)
}

/** The same for people: names instead of bare ids. */
export async function viewEvents(
  deps: ReadDeps,
  filter: EventFilter,
  page: EventPage,
): Promise<readonly AuditEventView[]> {
  const lines = await readEvents(deps, filter, page)
  const contacts = await deps.accounts.listContacts(deps.db, [...new Set(lines.flatMap(peopleIn))])
  const names = new Map([...contacts].map(([id, contact]) => [id, contact.name]))
  return lines.map((line) => showEvent(line, names))
}
