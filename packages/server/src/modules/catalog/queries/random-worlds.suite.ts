import { listQuery, type RepoType } from '@stoa/contracts'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../kit/db/database.js'
import { type Actor, ANONYMOUS, type TokenScope, type UserActor } from '../../../kit/http/actor.js'
import { compileIpRanges } from '../../../kit/http/ip-ranges.js'
import { can, type RepoResource, visibleTo } from '../../accounts/index.js'
import { limitActor } from '../../accounts/held-back.js'
import { OPEN_POLICY } from '../../accounts/authz/token-policy.js'
import { listMemberships } from '../../accounts/list-memberships.js'
import { NO_ORGS } from '../../accounts/org-source.js'
import { listJoinedGroups } from '../../orgs/queries/resource-groups.js'
import { findStanding } from '../../accounts/queries/standing.js'
import { listAccountBuckets } from '../../repos/queries/buckets.js'
import { NO_FACTS } from '../entry.js'
import { planList } from '../listing/list-plan.js'
import { countFacets } from './facets.js'
import { upsertEntry } from './entries.js'
import { listEntries } from './list-entries.js'

const AT = new Date('2026-11-20T12:00:00.000Z')
const TYPES = ['model', 'dataset', 'space', 'kernel'] as const

/** The same sequence for the same seed. */
function makeDice(seed: number) {
  let state = seed
  const roll = (sides: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
  return { roll, pick: <T>(from: readonly T[]): T => from[roll(from.length)] as T }
}
type Dice = ReturnType<typeof makeDice>

interface World {
  readonly users: readonly { id: string; name: string; isAdmin: boolean }[]
  readonly orgs: readonly { id: string; name: string; groups: readonly string[] }[]
  readonly repos: readonly (RepoResource & { id: string; type: RepoType })[]
  readonly buckets: readonly (RepoResource & { id: string })[]
}

/** A world in the database: people, organisations with roles and groups, things of every visibility in and out of groups. */
async function seedWorld(database: Database, seed: number): Promise<World> {
  const dice = makeDice(seed)
  const id = (n: number): string => (seed * 100_000 + n).toString(16).padStart(24, '0')
  const users = [...Array(8).keys()].map((n) => ({ id: id(n + 1), name: `w${seed}-u${n}`, isAdmin: n === 7 }))
  const orgs = [...Array(4).keys()].map((n) => ({
    id: id(n + 101),
    name: `W${seed}-Org${n}`,
    groups: [...Array(dice.roll(4)).keys()].map((g) => id(1_000 + n * 10 + g)),
  }))
  const thing = (n: number) => {
    const owner = dice.pick([...orgs, ...orgs, ...users.slice(0, 4)])
    const groups = 'groups' in owner ? owner.groups : []
    return {
      id: id(2_000 + n),
      accountId: owner.id,
      namespace: owner.name,
      name: `Thing${n}`,
      visibility: dice.pick(['public', 'private', 'private', 'internal'] as const),
      createdBy: dice.pick(users).id,
      resourceGroupId: groups.length > 0 && dice.roll(2) === 0 ? dice.pick(groups) : null,
    }
  }
  const repos = [...Array(80).keys()].map((n) => ({
    ...thing(n),
    type: dice.pick(TYPES),
    gated: dice.pick(['false', 'auto', 'manual'] as const),
  }))
  const buckets = [...Array(40).keys()].map((n) => {
    const bucket = { ...thing(500 + n), type: 'bucket' as const, gated: 'false' as const }
    return { ...bucket, visibility: bucket.visibility === 'public' ? ('public' as const) : ('private' as const) }
  })
  const world = { users, orgs, repos, buckets }
  await storeWorld(database, world, dice)
  return world
}

async function storeWorld(database: Database, { users, orgs, repos, buckets }: World, dice: Dice): Promise<void> {
  const at = { createdAt: AT, updatedAt: AT }
  await database.write(async (tx) => {
    for (const { id, name, isAdmin } of users) {
      await tx
        .insertInto('accounts.accounts')
        .values({ id, name, kind: 'user', fullname: name, ...at })
        .execute()
      await tx.insertInto('accounts.users').values({ accountId: id, isAdmin }).execute()
    }
    for (const { id, name, groups } of orgs) {
      await tx
        .insertInto('accounts.accounts')
        .values({ id, name, kind: 'org', fullname: name, ...at })
        .execute()
      for (const user of users.slice(0, 7)) {
        if (dice.roll(3) === 0) continue
        const role = dice.pick(['no_access', 'read', 'contributor', 'write', 'admin'])
        await tx
          .insertInto('accounts.memberships')
          .values({ orgId: id, userId: user.id, role, createdAt: AT })
          .execute()
      }
      for (const groupId of groups) {
        const auto = dice.pick([null, null, 'read', 'write'])
        await tx
          .insertInto('orgs.resourceGroups')
          .values({
            id: groupId,
            orgId: id,
            name: groupId,
            autoJoinRole: auto,
            autoJoinScope: dice.pick(['all', 'read']),
            ...at,
          })
          .execute()
        for (const user of users) {
          if (dice.roll(4) > 0) continue
          const role = dice.pick(['read', 'contributor', 'write', 'admin'])
          await tx
            .insertInto('orgs.resourceGroupMembers')
            .values({ groupId, userId: user.id, role, createdAt: AT })
            .execute()
        }
      }
    }
    const [guest, first] = [users[6], orgs[0]]
    if (guest && first)
      await tx
        .insertInto('accounts.breakGlass')
        .values({
          id: `${guest.id}b`,
          userId: guest.id,
          orgId: first.id,
          reason: 'x',
          createdAt: AT,
          expiresAt: new Date(AT.getTime() + 3_600_000),
        })
        .execute()
    for (const repo of repos) {
      await tx
        .insertInto('repos.repos')
        .values({ ...repo, ...at })
        .execute()
      const { id: repoId, ...entry } = repo
      await upsertEntry(tx, {
        ...entry,
        ...at,
        resourceGroupId: repo.resourceGroupId ?? null,
        repoId,
        disabled: false,
        headOid: null,
        usedBytes: 0,
        trending: 0,
        indexedAt: AT,
        facts: { siblings: [], repo: NO_FACTS },
      })
    }
    for (const { type: _type, gated: _gated, ...bucket } of buckets)
      await tx
        .insertInto('repos.buckets')
        .values({ ...bucket, ...at })
        .execute()
  })
}

const orgSource = () => ({ ...NO_ORGS, listJoinedGroups })

/** Everybody in the world as the server would know them, with credentials of every kind. */
async function listActors(database: Database, world: World, dice: Dice): Promise<Actor[]> {
  const actors: Actor[] = [ANONYMOUS]
  for (const user of world.users) {
    const memberships = await listMemberships(database.db, { orgSource }, user.id)
    const { duties, brokenGlass } = await findStanding(database.db, user.id, AT)
    const person = { kind: 'user', userId: user.id, name: user.name, memberships, duties, brokenGlass } as const
    const session = { type: 'session', sessionId: 's' } as const
    actors.push({ ...person, isAdmin: user.isAdmin, auth: session })
    actors.push({ ...person, isAdmin: user.isAdmin, auth: session, state: 'suspended' })
    actors.push(keepOut({ ...person, isAdmin: user.isAdmin, auth: session }, world, dice))
    for (const role of ['read', 'write'] as const)
      actors.push({ ...person, isAdmin: user.isAdmin, auth: { type: 'token', tokenId: 't', role, scopes: [] } })
    for (let n = 0; n < 3; n++) actors.push({ ...person, isAdmin: false, auth: fineGrained(world, dice) })
  }
  return actors
}

/** As two of the organisations let them act from a network that is not theirs. */
function keepOut(actor: UserActor, world: World, dice: Dice): UserActor {
  const networks = compileIpRanges([])
  const orgs = [dice.pick(world.orgs), dice.pick(world.orgs)].map(({ id, name }) => ({
    ...{ accountId: id, name, policy: OPEN_POLICY, decided: null, networks },
  }))
  return limitActor(actor, { token: null, networks: null, orgs }, '198.51.100.7', AT)
}

function fineGrained(world: World, dice: Dice): UserActor['auth'] {
  const scopes = [...Array(dice.roll(4)).keys()].map((): TokenScope => {
    const repo = dice.pick(world.repos)
    const owner = dice.pick([...world.orgs, ...world.users])
    const isRepo = dice.roll(2) === 0
    return {
      entity: isRepo
        ? { type: repo.type === 'kernel' ? 'model' : repo.type, name: `${repo.namespace}/${repo.name}`.toUpperCase() }
        : { type: 'groups' in owner ? 'org' : 'user', name: owner.name.toLowerCase() },
      permissions: [dice.pick(['repo.content.read', 'repo.write', 'inference.serverless.write', 'org.read'])],
    }
  })
  return { type: 'token', tokenId: 't', role: 'fineGrained', scopes }
}

/** Lists and counts in SQL against the decision, in random worlds, on whatever database `open` gives. */
export function describeRandomWorlds(name: string, open: () => Promise<Database>): void {
  describe(`lists equal decisions on ${name}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await open()
    })
    afterAll(() => database.close())

    for (const seed of [1, 2, 3, 4]) {
      it(`[M1] list = filter(can), in world ${seed}, for everybody and every credential`, async () => {
        await sql`delete from catalog.entries`.execute(database.db)
        const world = await seedWorld(database, seed)
        let compared = 0
        for (const actor of await listActors(database, world, makeDice(seed + 100))) {
          const visible = visibleTo(actor)
          const mine = world.repos.filter((repo) => can(actor, 'repo.see', repo).allow)
          for (const type of TYPES) {
            const plan = planList(type, listQuery.parse({ limit: '100' }))
            const expected = mine.filter((repo) => repo.type === type).map((repo) => repo.id)
            const listed = (await listEntries(database.db, plan, visible)).map((entry) => entry.repoId)
            expect(listed.sort(), JSON.stringify(actor)).toEqual(expected.sort())
            compared += expected.length
          }
          const models = planList('model', listQuery.parse({}))
          expect((await countFacets(database.db, models, visible)).total).toBe(
            mine.filter((repo) => repo.type === 'model').length,
          )
          for (const owner of [...world.orgs, ...world.users.slice(0, 2)]) {
            const query = { search: '', beforeId: null, limit: 100, visible }
            const buckets = await listAccountBuckets(database.db, owner.id, query)
            const expected = world.buckets.filter(
              (bucket) => bucket.accountId === owner.id && can(actor, 'repo.see', bucket).allow,
            )
            expect(buckets.map((bucket) => bucket.id).sort(), JSON.stringify(actor)).toEqual(
              expected.map((bucket) => bucket.id).sort(),
            )
          }
        }
        expect(compared).toBeGreaterThan(500)
      }, 60_000)
    }
  })
}
