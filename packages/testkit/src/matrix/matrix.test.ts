import * as contracts from '@stoa/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestClock, startTestServer, type TestServer } from '../test-server.js'
import { type Caller, makePrivateThings, makeWorld, ORG, type World } from './actors.js'
import { type Call, callOf, type Names, type Row } from './row.js'
import { ROWS } from './rows.js'

/** Both of one length, so that lengths tell nothing. */
const SECRET = 'hid-secret1'
const MISSING = 'hid-absent1'
const NO_ORG = 'acmehorse'
const AT_ONCE = 8
/** Headers that say nothing about what was asked for. */
const OF_THE_REQUEST = /^(date|x-request-id|connection|keep-alive|ratelimit.*|transfer-encoding)$/

function collect(value: unknown, depth: number, found: Map<string, contracts.Route>): Map<string, contracts.Route> {
  if (typeof value !== 'object' || value === null) return found
  if ('id' in value && 'method' in value && 'family' in value) {
    found.set((value as contracts.Route).id, value as contracts.Route)
  } else if (depth < 2) for (const inner of Object.values(value)) collect(inner, depth + 1, found)
  return found
}
const ROUTES = collect({ ...contracts }, -1, new Map())
const rowsOn = (...kinds: readonly Row['on'][]): [contracts.Route, Row][] =>
  [...ROUTES.values()].flatMap((route): [contracts.Route, Row][] => {
    const row = ROWS[route.id]
    return row && kinds.includes(row.on) ? [[route, row]] : []
  })

interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

let server: TestServer
let world: World
const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))

async function send(call: Call, caller: Caller): Promise<Seen> {
  const answer = await fetch(server.url + call.path, {
    method: call.method,
    redirect: 'manual',
    headers: { ...(call.body === undefined ? {} : { 'content-type': 'application/json' }), ...caller.headers },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  })
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !OF_THE_REQUEST.test(name)))
  return { status: answer.status, headers, body: await answer.text() }
}

/** Names and identifiers of the request taken out, so that two answers can be held against each other. */
function blur(seen: Seen): Seen {
  const text = JSON.stringify(seen)
  const plain = text
    .replaceAll(SECRET, 'NAME')
    .replaceAll(MISSING, 'NAME')
    .replaceAll(ORG, 'ORG')
    .replaceAll(NO_ORG, 'ORG')
  return JSON.parse(plain.replace(/[0-9a-f]{24}(?![0-9a-f])/g, 'ID').replace(/chatcmpl-\w+|cmpl-\w+/g, 'ID')) as Seen
}

const namesOf = (name: string, org = ORG): Names => ({ org, name, user: 'writer', self: 'other' })

async function forAll<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let item = queue.pop(); item !== undefined; item = queue.pop()) await work(item)
    }),
  )
}

const everyPair = (rows: readonly [contracts.Route, Row][], callers: Readonly<Record<string, Caller>>) =>
  rows.flatMap(([route, row]) => Object.entries(callers).map(([who, caller]) => ({ route, row, who, caller })))

const lists = new Map<string, Seen>()
const leaks: string[] = []
const tell = (route: contracts.Route, who: string, what: string): void =>
  void leaks.push(`${route.id} for ${who}: ${what}`)
const takeLeaks = (): string[] => leaks.splice(0).sort()

beforeAll(async () => {
  server = await startTestServer({ clock })
  world = await makeWorld(server, clock.advanceMs)
  await server.settled()
  await forAll(everyPair(rowsOn('list'), world.hidden), async ({ route, row, who, caller }) => {
    lists.set(`${route.id} ${who}`, blur(await send(callOf(route, row, namesOf(SECRET)), caller)))
  })
  await makePrivateThings(world, SECRET)
  await server.settled()
}, 60_000)
afterAll(() => server.stop())

describe('the matrix of routes and actors', () => {
  it('has a row for every route, and a route for every row', () => {
    expect([...ROUTES.keys()].filter((id) => ROWS[id] === undefined).sort()).toEqual([])
    expect(Object.keys(ROWS).filter((id) => !ROUTES.has(id))).toEqual([])
  })

  it('[R1] private answers exactly as missing, to everybody who may not see it, at every route', async () => {
    await forAll(everyPair(rowsOn('repo', 'bucket'), world.hidden), async ({ route, row, who, caller }) => {
      const secret = await send(callOf(route, row, namesOf(SECRET)), caller)
      const missing = await send(callOf(route, row, namesOf(MISSING)), caller)
      if (![401, 403, 404].includes(secret.status)) tell(route, who, `${secret.status} ${secret.body.slice(0, 200)}`)
      const [one, other] = [JSON.stringify(blur(secret)), JSON.stringify(blur(missing))]
      if (one !== other) tell(route, who, `private ${one.slice(0, 300)} missing ${other.slice(0, 300)}`)
    })
    expect(takeLeaks()).toEqual([])
  }, 60_000)

  it('[R1] and is there for those who may see it', async () => {
    const reads = rowsOn('repo', 'bucket').filter(
      ([route, row]) => route.method === 'GET' && route.family !== 'openai' && !row.isStream,
    )
    await forAll(everyPair(reads, world.seeing), async ({ route, row, who, caller }) => {
      const { status, body } = await send(callOf(route, row, namesOf(SECRET)), caller)
      const isHidden = status === 401 || body.includes('RepoNotFound')
      if (isHidden || status >= 500) tell(route, who, `${status} ${body.slice(0, 200)}`)
    })
    expect(takeLeaks()).toEqual([])
  }, 60_000)

  it('[R1] lists, counts and searches are the same whether private things exist or not', async () => {
    await forAll(everyPair(rowsOn('list'), world.hidden), async ({ route, row, who, caller }) => {
      const seen = blur(await send(callOf(route, row, namesOf(SECRET)), caller))
      const before = lists.get(`${route.id} ${who}`)
      if (seen.status >= 500) tell(route, who, `${seen.status}`)
      if (JSON.stringify(seen) !== JSON.stringify(before)) tell(route, who, `${JSON.stringify(seen).slice(0, 400)}`)
    })
    expect(takeLeaks()).toEqual([])
  }, 60_000)

  it("[R1] an organisation's money answers strangers exactly as that of none", async () => {
    const strangers = Object.fromEntries(world.strangers.map((who) => [who, world.hidden[who] as Caller]))
    await forAll(everyPair(rowsOn('money'), strangers), async ({ route, row, who, caller }) => {
      const here = await send(callOf(route, row, namesOf(SECRET)), caller)
      const none = await send(callOf(route, row, namesOf(SECRET, NO_ORG)), caller)
      if (![401, 403, 404].includes(here.status)) tell(route, who, `${here.status} ${here.body.slice(0, 200)}`)
      const [one, other] = [JSON.stringify(blur(here)), JSON.stringify(blur(none))]
      if (one !== other) tell(route, who, `there ${one.slice(0, 300)} none ${other.slice(0, 300)}`)
    })
    expect(takeLeaks()).toEqual([])
  }, 60_000)

  it('whoever shows no credential, or a dead one, is told so before anything else', async () => {
    const guarded = [...ROUTES.values()].filter((route) => route.auth !== 'none')
    const rows = guarded.flatMap((route): [contracts.Route, Row][] =>
      ROWS[route.id] ? [[route, ROWS[route.id] as Row]] : [],
    )
    await forAll(everyPair(rows, world.hidden), async ({ route, row, who, caller }) => {
      const mustBe401 = caller.isDead || (caller.isAnonymous && route.auth !== 'optional')
      if (!mustBe401) return
      const { status } = await send(callOf(route, row, namesOf(SECRET)), caller)
      if (status !== 401) tell(route, who, `${status}`)
    })
    expect(takeLeaks()).toEqual([])
  }, 60_000)

  it('organisations, duties and the platform refuse everybody without them, and tokens that only read change nothing', async () => {
    await forAll(everyPair(rowsOn('org', 'duty', 'admin'), world.hidden), async ({ route, row, who, caller }) => {
      // Members see their organisation; what only its admins may do refuses them too.
      if (row.on === 'org' && route.auth === 'user' && who.startsWith('a member')) return
      const { status, body } = await send(callOf(route, row, namesOf(SECRET)), caller)
      if (![401, 403, 404].includes(status)) tell(route, who, `${status} ${body.slice(0, 200)}`)
    })
    const writing = [...ROUTES.values()].filter((route) => route.auth === 'write' || route.auth === 'admin')
    await forAll(writing, async (route) => {
      const row = ROWS[route.id]
      if (!row) return
      const reader = { headers: { authorization: `Bearer ${world.readToken}` } }
      const { status } = await send(callOf(route, row, namesOf(SECRET)), reader)
      if (status !== 403) tell(route, 'a token that reads', `${status}`)
    })
    expect(takeLeaks()).toEqual([])
  }, 60_000)
})
