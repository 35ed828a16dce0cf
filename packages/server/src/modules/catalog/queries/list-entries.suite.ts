import { listQuery, type RepoType } from '@stoa/contracts'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../kit/db/database.js'
import { type Actor, ANONYMOUS, type TokenScope } from '../../../kit/http/actor.js'
import { type AccessFacts, includesRight, rightOn } from '../../repos/access.js'
import { NO_FACTS } from '../entry.js'
import { planList } from '../listing/list-plan.js'
import { nextCursor } from '../listing/next-cursor.js'
import { visibleTo } from '../../accounts/index.js'
import { updateCounters, upsertEntry } from './entries.js'
import { countFacets } from './facets.js'
import { listEntries } from './list-entries.js'

interface Seeded extends AccessFacts {
  readonly type: RepoType
  readonly id: string
}

const AT = new Date('2026-11-20T12:00:00.000Z')
const id = (n: number): string => n.toString(16).padStart(24, '0')
const ACCOUNTS = [
  { id: id(1), name: 'Ada' },
  { id: id(2), name: 'bob' },
  { id: id(3), name: 'Acme' },
  { id: id(4), name: 'empty' },
]

/** Every combination of type, owner, visibility and gate, with a creator where it matters. */
function seedRepos(): Seeded[] {
  const repos: Seeded[] = []
  for (const type of ['model', 'dataset', 'space', 'kernel'] as const) {
    for (const account of ACCOUNTS.slice(0, 3)) {
      for (const visibility of ['public', 'private', 'internal'] as const) {
        for (const gated of ['false', 'auto'] as const) {
          const n = repos.length
          const name = `${visibility}-${gated}-Thing${n % 4}`
          repos.push({
            id: id(1_000 + n),
            type,
            accountId: account.id,
            namespace: account.name,
            name,
            visibility,
            gated,
            createdBy: id(2),
          })
        }
      }
    }
  }
  return repos
}

function user(accountId: string, more: Partial<Extract<Actor, { kind: 'user' }>> = {}): Actor {
  return {
    kind: 'user',
    userId: accountId,
    name: 'x',
    isAdmin: false,
    memberships: [],
    auth: { type: 'session', sessionId: 's' },
    ...more,
  }
}

function token(
  role: 'read' | 'write' | 'fineGrained',
  scopes: TokenScope[] = [],
): { auth: Extract<Actor, { kind: 'user' }>['auth'] } {
  return { auth: { type: 'token', tokenId: 't', role, scopes } }
}

const scope = (type: TokenScope['entity']['type'], name: string, permission: string): TokenScope => ({
  entity: { type, name },
  permissions: [permission],
})
const member = (role: 'admin' | 'write' | 'contributor' | 'read') => ({
  memberships: [{ accountId: id(3), name: 'Acme', role }],
})

const ACTORS: Record<string, Actor> = {
  anonymous: ANONYMOUS,
  stranger: user(id(4)),
  owner: user(id(1)),
  'owner with a read token': user(id(1), token('read')),
  'owner with a write token': user(id(1), token('write')),
  'member who reads': user(id(4), member('read')),
  'contributor who made them': user(id(2), member('contributor')),
  'member who writes': user(id(2), member('write')),
  'admin of the organisation': user(id(1), member('admin')),
  'admin of the platform': user(id(4), { isAdmin: true }),
  'token without scopes': user(id(1), token('fineGrained')),
  'token of one namespace': user(id(1), {
    ...member('admin'),
    ...token('fineGrained', [scope('org', 'ACME', 'repo.content.read')]),
  }),
  'token of one model': user(id(1), token('fineGrained', [scope('model', 'ada/private-false-thing2', 'repo.write')])),
  'token of one dataset': user(
    id(1),
    token('fineGrained', [scope('dataset', 'Ada/internal-false-Thing2', 'repo.content.read')]),
  ),
  'token for something else': user(id(1), token('fineGrained', [scope('user', 'ada', 'inference.serverless.write')])),
  'token of a foreign namespace': user(id(4), token('fineGrained', [scope('user', 'bob', 'repo.write')])),
  'admin with a narrow token': user(id(4), {
    isAdmin: true,
    ...token('fineGrained', [scope('user', 'bob', 'repo.write')]),
  }),
}

/** The table's queries, on whatever database `open` gives. */
export function describeEntryQueries(name: string, open: () => Promise<Database>): void {
  describe(`catalogue queries on ${name}`, () => {
    let database: Database
    const repos = seedRepos()

    beforeAll(async () => {
      database = await open()
      await database.write(async (tx) => {
        for (const [n, repo] of repos.entries()) {
          const createdAt = new Date(AT.getTime() + n * 1_000)
          const { accountId, namespace, visibility, gated, createdBy, type } = repo
          await tx
            .insertInto('repos.repos')
            .values({
              id: repo.id,
              type,
              accountId,
              namespace,
              name: repo.name,
              visibility,
              gated,
              createdBy,
              createdAt,
              updatedAt: createdAt,
            })
            .execute()
          await upsertEntry(tx, {
            repoId: repo.id,
            type,
            accountId,
            resourceGroupId: null,
            namespace,
            name: repo.name,
            visibility,
            gated,
            createdBy,
            disabled: false,
            headOid: null,
            usedBytes: n,
            trending: n % 5,
            createdAt,
            updatedAt: createdAt,
            indexedAt: AT,
            facts: {
              siblings: [],
              repo: {
                ...NO_FACTS,
                tags: ['llama', visibility],
                pipelineTag: 'text-generation',
                licences: ['mit'],
                parameterCount: n * 1_000,
              },
            },
          })
        }
      })
    })
    afterAll(() => database.close())

    const list = async (actor: Actor, query: Record<string, unknown> = {}, type: RepoType = 'model') =>
      listEntries(database.db, planList(type, listQuery.parse(query)), visibleTo(actor))

    for (const [who, actor] of Object.entries(ACTORS)) {
      it(`[M1] lists for ${who} exactly what access lets them see, and counts no more`, async () => {
        for (const type of ['model', 'dataset', 'space', 'kernel'] as const) {
          const expected = repos
            .filter((repo) => repo.type === type && includesRight(rightOn(repo, actor), 'see'))
            .map((repo) => repo.id)
          const found = (await list(actor, {}, type)).map((entry) => entry.repoId)
          expect(found.sort()).toEqual(expected.sort())
          for (const search of ['thing', 'privat', 'acme internal', 'internal-false', 'privatefalsething']) {
            const hits = await list(actor, { search }, type)
            expect(
              hits.every((hit) => expected.includes(hit.repoId)),
              search,
            ).toBe(true)
          }
          const plan = planList(type, listQuery.parse({}))
          expect((await countFacets(database.db, plan, visibleTo(actor))).total).toBe(expected.length)
        }
      })
    }

    it('[M1] pages through every order without gap or repetition', async () => {
      const everything = ACTORS['admin of the platform'] as Actor
      for (const sort of [
        'trending',
        'lastModified',
        'createdAt',
        'downloads',
        'likes',
        'likes30d',
        'id',
        'num_parameters',
        'mainSize',
      ]) {
        for (const direction of ['-1', '1']) {
          const ids: string[] = []
          let cursor: string | null | undefined
          while (cursor !== null) {
            const plan = planList(
              'model',
              listQuery.parse({ sort, direction, limit: '4', ...(cursor ? { cursor } : {}) }),
            )
            const page = (await listEntries(database.db, plan, visibleTo(everything))).slice(0, 4)
            ids.push(...page.map((entry) => entry.repoId))
            cursor = page.length < 4 ? null : nextCursor(plan, page, new Set(ids))
          }
          expect(new Set(ids).size, `${sort} ${direction}`).toBe(18)
          expect(ids).toHaveLength(18)
        }
      }
    })

    it('[M1] finds by word, beginning, piece of the name, typing error; best name first', async () => {
      const names = async (search: string) =>
        (await list(ANONYMOUS, { search })).map((entry) => `${entry.namespace}/${entry.name}`)
      expect((await names('Ada/public-false-Thing0'))[0]).toBe('Ada/public-false-Thing0')
      expect(await names('thin')).toHaveLength(6)
      expect((await names('ublic-fal')).length).toBeGreaterThan(0)
      expect((await names('publc-false')).length).toBeGreaterThan(0)
      const plan = planList('model', listQuery.parse({ search: 'publc-false' }))
      expect((await countFacets(database.db, plan, visibleTo(ANONYMOUS))).total).toBe(
        (await names('publc-false')).length,
      )
      expect(await names('zzzqqq')).toEqual([])
      expect(await names('acme llama')).toHaveLength(2)
    })

    it('filters by tag, author, gate and size', async () => {
      const actor = ACTORS.owner as Actor
      expect(
        (await list(actor, { filter: ['llama', 'private'] })).every((entry) => entry.visibility === 'private'),
      ).toBe(true)
      expect(await list(actor, { filter: ['llama', 'nothing'] })).toEqual([])
      expect((await list(actor, { author: 'ADA' })).every((entry) => entry.namespace === 'Ada')).toBe(true)
      expect((await list(actor, { gated: 'true' })).every((entry) => entry.gated === 'auto')).toBe(true)
      expect((await list(actor, { pipeline_tag: 'text-generation', license: 'mit' })).length).toBeGreaterThan(0)
      expect(
        (await list(actor, { num_parameters: 'min:2K,max:3K' })).map((entry) => entry.facts.repo.parameterCount),
      ).toEqual([3_000, 2_000])
      expect(await list(actor, { inference: 'cold' })).toEqual([])
    })

    it('treats hostile text as text', async () => {
      for (const search of [
        "'; drop schema catalog; --",
        '%',
        '_',
        '\\',
        "a' | b & !c",
        ':*',
        '((',
        'x'.repeat(5_000),
        '\u0000'.concat('a'),
      ]) {
        await expect(list(ANONYMOUS, { search: search.replaceAll('\u0000', '') })).resolves.toBeDefined()
      }
      expect(await list(ANONYMOUS, { search: '100%' })).toEqual([])
      await expect(list(ANONYMOUS, { filter: ["x'] || array['y"] })).resolves.toEqual([])
    })

    it('writes counters and follows a deleted repository', async () => {
      const [first] = repos
      await database.write((tx) =>
        updateCounters(tx, [{ repoId: first?.id ?? '', downloads: 7, downloadsAllTime: 9, trending: 99.5 }]),
      )
      const [top] = await list(ANONYMOUS, { limit: '1' })
      expect(top).toMatchObject({ repoId: first?.id, downloads: 7, downloadsAllTime: 9, trending: 99.5 })
      await database.write(async (tx) => {
        await tx
          .deleteFrom('repos.repos')
          .where('id', '=', first?.id ?? '')
          .execute()
      })
      expect((await list(ANONYMOUS)).some((entry) => entry.repoId === first?.id)).toBe(false)
      const { rows } = await sql<{
        count: bigint
      }>`select count(*) as count from catalog.entries where repo_id = ${first?.id}`.execute(database.db)
      expect(Number(rows[0]?.count)).toBe(0)
    })
  })
}
