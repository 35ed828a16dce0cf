import type { Route } from '@stoa/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestClock, startTestServer, type TestServer } from '../test-server.js'
import { type Caller, makeThings, makeWorld, ORG, THING_TYPES, type World } from './actors.js'
import { callOf } from './row.js'
import {
  blur,
  createLeaks,
  everyPair,
  forAll,
  MISSING,
  namesOf,
  rowsOn,
  type RoutedRow,
  type Seen,
  send,
} from './routes.js'

/** A thing of each visibility; names of one length with the missing one. What is internal is in a resource group. */
const THINGS = {
  public: 'hid-public1',
  gated: 'hid-gatedd1',
  internal: 'hid-intern1',
  private: 'hid-privat1',
} as const
type Visibility = keyof typeof THINGS
const VISIBILITIES = Object.keys(THINGS) as Visibility[]
const textOf = (visibility: Visibility): string => `WORDS-OF-${visibility}`
/** What whoever reads may do beside reading: say something, ask about many paths at once, ask to be let in, copy to an account of their own. */
const BESIDE_READING = /^hub\.(discussions|tree\.paths-info|repos\.(ask-access|access-requests\.cancel|duplicate))\b/
/** Those who change nothing here; the others are alike for this. */
const WEAK = [
  'anonymous',
  'another user',
  'a member with a seat',
  'a reader in the group',
  'a contributor',
  'a token for something else',
  'an admin through a token the organisation denied',
  'an admin from a network of others',
]

let server: TestServer
let world: World
let callers: Readonly<Record<string, Caller>>
const { tell, take } = createLeaks()

/** What everybody is to be told, said without asking the server's own rules. */
function mayKnow(visibility: Visibility, who: string): boolean {
  if (callers[who]?.isDead) return false
  return visibility === 'public' || visibility === 'gated' || who in world.members
}
const mayOpen = (visibility: Visibility, who: string): boolean =>
  mayKnow(visibility, who) && (visibility !== 'gated' || who in world.members)

const isReading = ([route, row]: RoutedRow): boolean =>
  route.method === 'GET' && route.family !== 'openai' && !row.isStream

beforeAll(async () => {
  const clock = createTestClock(new Date('2026-11-20T12:00:00Z'))
  server = await startTestServer({ clock })
  world = await makeWorld(server, clock.advanceMs)
  const { 'a member outside of the group': _writer, 'another user in a browser': _same, ...others } = world.hidden
  callers = { ...others, ...world.members }
  await makeThings(world, THINGS.public, textOf('public'), {})
  await makeThings(world, THINGS.gated, textOf('gated'), {})
  await makeThings(world, THINGS.internal, textOf('internal'), {
    visibility: 'internal',
    resourceGroupId: world.groupId,
  })
  await makeThings(world, THINGS.private, textOf('private'), { private: true })
  for (const type of THING_TYPES) {
    const path = `/api/${type}s/${ORG}/${THINGS.gated}/settings`
    expect([type, (await world.admin.ask('PUT', path, { gated: 'manual' })).status]).toEqual([type, 200])
  }
  await server.settled()
}, 60_000)
afterAll(() => server.stop())

describe('the matrix of routes, actors and visibilities', () => {
  it('[R1] [T5] is the same as missing to whoever may not know, there for whoever may, and gives its words to readers only', async () => {
    const reads = rowsOn('repo').filter(isReading)
    let shown = 0
    await forAll(everyPair(reads, callers), async ({ route, row, who, caller }) => {
      const absent = await send(server.url, callOf(route, row, namesOf(MISSING)), caller)
      for (const visibility of VISIBILITIES) {
        const name = THINGS[visibility]
        const seen = await send(server.url, callOf(route, row, namesOf(name)), caller)
        const mayBe401 = caller.isAnonymous === true
        const isThere = seen.status < 500 && !isNotFound(seen) && (mayBe401 || seen.status !== 401)
        const what = `${visibility} ${seen.status} ${seen.body.slice(0, 200)}`
        if (!mayKnow(visibility, who) && blur(seen, name) !== blur(absent, name)) tell(route, who, what)
        if (mayKnow(visibility, who) && !isThere) tell(route, who, what)
        if (!seen.body.includes(textOf(visibility))) continue
        // The card of a gated repository is what it is advertised by.
        if (mayOpen(visibility, who) || (visibility === 'gated' && route.id === 'catalog.card')) shown += 1
        else tell(route, who, `the words of what is ${visibility}`)
      }
    })
    expect(take()).toEqual([])
    expect(shown).toBeGreaterThan(20)
  }, 120_000)

  it('[R1] is changed by nobody whose role does not say so', async () => {
    const changes = rowsOn('repo').filter(
      ([{ method, family, id }]) => method !== 'GET' && family === 'hub' && !BESIDE_READING.test(id),
    )
    const weak = Object.fromEntries(WEAK.map((who) => [who, callers[who] as Caller]))
    await forAll(everyPair(changes, weak), async ({ route, row, who, caller }) => {
      for (const visibility of VISIBILITIES) {
        const { status, body } = await send(server.url, callOf(route, row, namesOf(THINGS[visibility])), caller)
        const isKnown = mayKnow(visibility, who)
        const isRefused = isKnown ? status >= 400 && status < 500 : [401, 403, 404].includes(status)
        if (!isRefused) tell(route, who, `${visibility} ${status} ${body.slice(0, 200)}`)
      }
    })
    expect(take()).toEqual([])
  }, 120_000)

  it('[R1] takes about as long whether a private thing is there or not', async () => {
    const timed = ['hub.models.info', 'git.infoRefs.model', 'lfs.batch.model', 'hub.models.tree', 'openai.models.get']
    const rows = rowsOn('repo').filter(([route]) => timed.includes(route.id))
    expect(rows.length).toBeGreaterThan(3)
    for (const who of ['anonymous', 'another user']) {
      for (const [route, row] of rows) {
        const [there, absent] = await timePair(route, row, callers[who] as Caller)
        const isAlike = there < 3 * absent + 3 && absent < 3 * there + 3
        if (!isAlike) tell(route, who, `${there.toFixed(1)} ms there, ${absent.toFixed(1)} ms missing`)
      }
    }
    expect(take()).toEqual([])
  }, 120_000)
})

const isNotFound = ({ headers, body }: Seen): boolean =>
  headers['x-error-code'] === 'RepoNotFound' || body.includes('RepoNotFound')

const ROUNDS = 25

/** Medians, in milliseconds, of asking for a private thing and for a missing one, turn by turn. */
async function timePair(route: Route, row: RoutedRow[1], caller: Caller): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, name] of [THINGS.private, MISSING].entries()) {
      const begun = performance.now()
      await send(server.url, callOf(route, row, namesOf(name)), caller)
      times[index]?.push(performance.now() - begun)
    }
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number
  return [median(times[0]), median(times[1])]
}
