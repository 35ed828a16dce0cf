import * as contracts from '@stoa/contracts'
import { type Caller, ORG } from './actors.js'
import type { Call, Names, Row } from './row.js'
import { ROWS } from './rows.js'

/** Of one length with the things that exist, so that lengths tell nothing. */
export const MISSING = 'hid-absent1'
export const NO_ORG = 'acmehorse'
const AT_ONCE = 8
/** Headers that say nothing about what was asked for. */
const OF_THE_REQUEST = /^(date|x-request-id|connection|keep-alive|ratelimit.*|transfer-encoding)$/

/** Routes stand alone or in plain objects; schemas are not looked into. */
function collect(value: unknown, depth: number, found: Map<string, contracts.Route>): Map<string, contracts.Route> {
  if (typeof value !== 'object' || value === null) return found
  if ('id' in value && 'method' in value && 'family' in value) {
    found.set((value as contracts.Route).id, value as contracts.Route)
  } else if (depth < 4 && (depth < 0 || Object.getPrototypeOf(value) === Object.prototype))
    for (const inner of Object.values(value)) collect(inner, depth + 1, found)
  return found
}
/** Every route of the contracts, by id. */
export const ROUTES: ReadonlyMap<string, contracts.Route> = collect({ ...contracts }, -1, new Map())

export type RoutedRow = readonly [contracts.Route, Row]

export const rowsOn = (...kinds: readonly Row['on'][]): RoutedRow[] =>
  [...ROUTES.values()].flatMap((route): RoutedRow[] => {
    const row = ROWS[route.id]
    return row && kinds.includes(row.on) ? [[route, row]] : []
  })

export interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export async function send(url: string, call: Call, caller: Caller): Promise<Seen> {
  const answer = await fetch(url + call.path, {
    method: call.method,
    redirect: 'manual',
    headers: { ...(call.body === undefined ? {} : { 'content-type': 'application/json' }), ...caller.headers },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  })
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !OF_THE_REQUEST.test(name)))
  return { status: answer.status, headers, body: await answer.text() }
}

/** An answer without the names and identifiers of the request, so that two can be held against each other. */
export function blur(seen: Seen, name: string): string {
  const plain = JSON.stringify(seen)
    .replaceAll(name, 'NAME')
    .replaceAll(MISSING, 'NAME')
    .replaceAll(ORG, 'ORG')
    .replaceAll(NO_ORG, 'ORG')
  return plain.replace(/[0-9a-f]{24}(?![0-9a-f])/g, 'ID').replace(/chatcmpl-\w+|cmpl-\w+/g, 'ID')
}

export const namesOf = (name: string, org = ORG): Names => ({ org, name, user: 'writer', self: 'other' })

export async function forAll<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let item = queue.pop(); item !== undefined; item = queue.pop()) await work(item)
    }),
  )
}

export const everyPair = (rows: readonly RoutedRow[], callers: Readonly<Record<string, Caller>>) =>
  rows.flatMap(([route, row]) => Object.entries(callers).map(([who, caller]) => ({ route, row, who, caller })))

/** What was told to somebody who should not have been told it. */
export function createLeaks() {
  const leaks: string[] = []
  return {
    tell: (route: { readonly id: string }, who: string, what: string): void =>
      void leaks.push(`${route.id} for ${who}: ${what}`),
    /** Those since the last call, sorted. */
    take: (): string[] => leaks.splice(0).sort(),
  }
}
