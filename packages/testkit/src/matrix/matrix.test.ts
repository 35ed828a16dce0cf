import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestClock, startTestServer, type TestServer } from '../test-server.js'
import { type Caller, makePrivateThings, makeWorld, type World } from './actors.js'
import { type Call, callOf } from './row.js'
import {
  blur as blurOf,
  createLeaks,
  everyPair,
  forAll,
  MISSING,
  namesOf,
  NO_ORG,
  ROUTES,
  type RoutedRow,
  rowsOn,
  type Seen,
  send as sendTo,
} from './routes.js'
import { ROWS } from './rows.js'

const SECRET = 'hid-secret1'

let server: TestServer
let world: World
const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))
const send = (call: Call, caller: Caller): Promise<Seen> => sendTo(server.url, call, caller)
const blur = (seen: Seen): string => blurOf(seen, SECRET)

const lists = new Map<string, string>()
const { tell, take: takeLeaks } = createLeaks()

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
      const [one, other] = [blur(secret), blur(missing)]
      if (one !== other) tell(route, who, `private ${one.slice(0, 300)} missing ${other.slice(0, 300)}`)
    })
    expect(takeLeaks()).toEqual([])
  }, 120_000)

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
  }, 120_000)

  it('[R1] lists, counts and searches are the same whether private things exist or not', async () => {
    await forAll(everyPair(rowsOn('list'), world.hidden), async ({ route, row, who, caller }) => {
      const answer = await send(callOf(route, row, namesOf(SECRET)), caller)
      const seen = blur(answer)
      const before = lists.get(`${route.id} ${who}`)
      if (answer.status >= 500) tell(route, who, `${answer.status}`)
      if (seen !== before) tell(route, who, seen.slice(0, 400))
    })
    expect(takeLeaks()).toEqual([])
  }, 120_000)

  it("[R1] an organisation's money answers strangers exactly as that of none", async () => {
    const strangers = Object.fromEntries(world.strangers.map((who) => [who, world.hidden[who] as Caller]))
    await forAll(everyPair(rowsOn('money'), strangers), async ({ route, row, who, caller }) => {
      const here = await send(callOf(route, row, namesOf(SECRET)), caller)
      const none = await send(callOf(route, row, namesOf(SECRET, NO_ORG)), caller)
      if (![401, 403, 404].includes(here.status)) tell(route, who, `${here.status} ${here.body.slice(0, 200)}`)
      const [one, other] = [blur(here), blur(none)]
      if (one !== other) tell(route, who, `there ${one.slice(0, 300)} none ${other.slice(0, 300)}`)
    })
    expect(takeLeaks()).toEqual([])
  }, 120_000)

  it('whoever shows no credential, or a dead one, is told so before anything else', async () => {
    const guarded = [...ROUTES.values()].filter((route) => route.auth !== 'none')
    const rows = guarded.flatMap((route): RoutedRow[] =>
      ROWS[route.id] ? [[route, ROWS[route.id] as RoutedRow[1]]] : [],
    )
    await forAll(everyPair(rows, world.hidden), async ({ route, row, who, caller }) => {
      const mustBe401 = caller.isDead || (caller.isAnonymous && route.auth !== 'optional')
      if (!mustBe401) return
      const { status } = await send(callOf(route, row, namesOf(SECRET)), caller)
      if (status !== 401) tell(route, who, `${status}`)
    })
    expect(takeLeaks()).toEqual([])
  }, 120_000)

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
  }, 120_000)
})
