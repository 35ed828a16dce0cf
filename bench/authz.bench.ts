import { createHash, randomBytes } from 'node:crypto'
import { listQuery } from '@stoa/contracts'
import { createTestClock, startTestServer } from '@stoa/testkit'
import { sql } from 'kysely'
import { can, type RepoResource, visibleTo } from '../packages/server/src/modules/accounts/index.js'
import { ANONYMOUS, type Actor, type UserActor } from '../packages/server/src/kit/http/actor.js'
import { planList } from '../packages/server/src/modules/catalog/listing/list-plan.js'
import { listEntries, planConditions } from '../packages/server/src/modules/catalog/queries/list-entries.js'
import { type Figure, median, report } from './report.js'

/** What authorisation adds to a request, and what private repositories add to a list, at a size given in issue 5. */
const USERS = 10_000
const ORGS = 1_000
const REPOS = 100_000
const TOKENS = 2_000
const ADDRESS = '127.0.0.1'
const WARM_UP = 5
const ROUNDS = 25
const QUERIES: Readonly<Record<string, Record<string, string>>> = {
  'first page by trend': {},
  'by downloads, 100': { sort: 'downloads', limit: '100' },
  'of one organisation': { author: 'org7' },
  'with a tag': { filter: 'llama' },
  'search of a word': { search: 'thing7' },
}

// A clock that stands: what is warm stays warm.
const server = await startTestServer({ clock: createTestClock(new Date()) })
const { kit, app } = server.running
const secrets = Array.from({ length: TOKENS }, () => `hf_${randomBytes(20).toString('hex')}`)
const id = (prefix: string, n: string) => sql.raw(`lpad('${prefix}' || to_hex(${n}), 24, '0')`)

async function seed(): Promise<void> {
  const hashes = secrets.map((secret) => createHash('sha256').update(secret).digest('hex'))
  await kit.write(async (tx) => {
    // Bulk rows of a benchmark are no changes anybody answers for: no triggers.
    await sql`set local session_replication_role = replica`.execute(tx)
    const now = sql`now()`
    await sql`insert into accounts.accounts (id, kind, name, fullname, created_at, updated_at)
      select ${id('a', 'n')}, 'user', 'user' || n, 'user' || n, ${now}, ${now} from generate_series(1, ${sql.lit(USERS)}) n`.execute(
      tx,
    )
    await sql`insert into accounts.users (account_id) select ${id('a', 'n')} from generate_series(1, ${sql.lit(USERS)}) n`.execute(
      tx,
    )
    await sql`insert into accounts.accounts (id, kind, name, fullname, created_at, updated_at)
      select ${id('b', 'n')}, 'org', 'org' || n, 'org' || n, ${now}, ${now} from generate_series(1, ${sql.lit(ORGS)}) n`.execute(
      tx,
    )
    await sql`insert into accounts.memberships (org_id, user_id, role, created_at)
      select ${id('b', '1 + (n * 7 + k * 131) % 1000')}, ${id('a', 'n')},
        (array['read', 'contributor', 'write', 'admin', 'no_access'])[1 + (n + k) % 5], ${now}
      from generate_series(1, ${sql.lit(USERS)}) n, generate_series(1, 10) k on conflict do nothing`.execute(tx)
    await sql`insert into orgs.resource_groups (id, org_id, name, created_at, updated_at)
      select ${id('c', 'n')}, ${id('b', 'n')}, 'kept', ${now}, ${now} from generate_series(1, ${sql.lit(ORGS)}) n`.execute(
      tx,
    )
    await sql`insert into orgs.resource_group_members (group_id, user_id, role, created_at)
      select ${id('c', '1 + (n * 7 + 131) % 1000')}, ${id('a', 'n')}, 'write', ${now} from generate_series(1, ${sql.lit(USERS)}) n`.execute(
      tx,
    )
    await sql`insert into accounts.access_tokens (id, user_id, name, role, secret_hash, hint, created_at)
      select lpad('d' || to_hex(n), 24, '0'), ${id('a', 'n')}, 't', 'write', h, 'xxxx', ${now}
      from unnest(${hashes}::text[]) with ordinality as given (h, n)`.execute(tx)
    await sql`insert into repos.repos (id, type, account_id, namespace, name, visibility, resource_group_id, created_at, updated_at)
      select ${id('e', 'n')}, 'model', ${id('b', '1 + n % 1000')}, 'org' || (1 + n % 1000), 'thing' || n,
        case when n % 10 < 3 then 'private' else 'public' end,
        case when n % 10 = 0 then ${id('c', '1 + n % 1000')} end, ${now}, ${now} - n * interval '1 minute'
      from generate_series(1, ${sql.lit(REPOS)}) n`.execute(tx)
    await sql`insert into catalog.entries (repo_id, type, account_id, namespace, name, full_name, visibility, gated, resource_group_id,
        facts, filters, downloads, trending, search, created_at, updated_at, indexed_at)
      select id, type, account_id, namespace, name, lower(namespace || '/' || name), visibility, 'false', resource_group_id,
        '{"repo":{"tags":[]},"siblings":[]}'::jsonb, case when hashtext(id) % 3 = 0 then array['llama'] else array['bert'] end,
        abs(hashtext(id)) % 100000, (abs(hashtext(id || 't')) % 100000) / 7.0, to_tsvector('simple', name), created_at, updated_at, updated_at
      from repos.repos`.execute(tx)
    await sql`insert into catalog.entries (repo_id, type, account_id, namespace, name, full_name, visibility, gated, facts, filters,
        downloads, trending, search, created_at, updated_at, indexed_at)
      select 'f' || substr(repo_id, 2), 'dataset', account_id, namespace, name, full_name, 'public', 'false', facts, filters,
        downloads, trending, search, created_at, updated_at, indexed_at from catalog.entries`.execute(tx)
  })
  for (const table of ['accounts.memberships', 'repos.repos', 'catalog.entries'])
    await sql`analyze ${sql.raw(table)}`.execute(kit.db)
}

/** Microseconds a call takes, sorted. */
function timeOf(work: () => unknown, times: number): number[] {
  const took: number[] = []
  for (let n = 0; n < times; n++) {
    const start = process.hrtime.bigint()
    work()
    took.push(Number(process.hrtime.bigint() - start) / 1_000)
  }
  return took.sort((left, right) => left - right)
}

async function loadResources(): Promise<RepoResource[]> {
  const rows = await kit.db.selectFrom('repos.repos').selectAll().where(sql<boolean>`id < 'z'`).limit(REPOS).execute()
  return rows as unknown as RepoResource[]
}

/** Who a warm token belongs to, and whether they may read a repository. */
async function measureDecision(): Promise<Figure[]> {
  const { verifyToken } = app.accounts
  for (const secret of secrets) await verifyToken(secret, ADDRESS)
  const resources = await loadResources()
  let n = 0
  const decide = (): boolean => {
    n += 1
    const facts = verifyToken(secrets[(n * 31) % TOKENS] as string, ADDRESS)
    if (facts === null || facts instanceof Promise) return false
    return can(facts.actor, 'repo.read', resources[(n * 7_919) % resources.length] as RepoResource).allow
  }
  timeOf(decide, 50_000)
  const took = timeOf(decide, 200_000)
  const at = (part: number): number => took[Math.floor(took.length * part)] as number
  return [
    { name: 'authorisation of a request, p50', unit: 'µs', ours: at(0.5) },
    { name: 'authorisation of a request, p99', unit: 'µs', ours: at(0.99) },
  ]
}

/** Milliseconds of one list. */
async function timeList(type: 'model' | 'dataset', query: Record<string, string>, actor: Actor): Promise<number> {
  const start = process.hrtime.bigint()
  await listEntries(kit.db, planList(type, listQuery.parse(query)), visibleTo(actor))
  return Number(process.hrtime.bigint() - start) / 1e6
}

/** Models, of which three in ten are private, against datasets, which are all public; round by round, so that both meet the same machine. */
async function measureLists(actor: Actor): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [name, query] of Object.entries(QUERIES)) {
    const took = { member: [] as number[], anonymous: [] as number[], open: [] as number[] }
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      const member = await timeList('model', query, actor)
      const anonymous = await timeList('model', query, ANONYMOUS)
      const open = await timeList('dataset', query, ANONYMOUS)
      if (round < 0) continue
      took.member.push(member)
      took.anonymous.push(anonymous)
      took.open.push(open)
    }
    const rival = { name: 'all public', value: median(took.open) }
    figures.push({ name: `${name}: member, 30 % private`, unit: 'ms', ours: median(took.member), rival })
    figures.push({ name: `${name}: anonymous, 30 % private`, unit: 'ms', ours: median(took.anonymous), rival })
  }
  return figures
}

/** How the database goes about the first page of a member. */
async function explainFirstPage(actor: Actor): Promise<string[]> {
  const conditions = planConditions(planList('model', listQuery.parse({})), visibleTo(actor))
  const { rows } = await sql<Record<string, string>>`
    explain select repo_id from catalog.entries where ${conditions} order by trending desc, repo_id desc limit 31`.execute(
    kit.db,
  )
  return rows.map((row) => (Object.values(row)[0] as string).slice(0, 110))
}

const seededAt = Date.now()
await seed()
console.log(`seeded in ${Math.round((Date.now() - seededAt) / 1000)} s`)
const figures = await measureDecision()
const facts = await app.accounts.verifyToken(secrets[6] as string, ADDRESS)
const member = facts?.actor as UserActor
figures.push(...(await measureLists(member)))
const accounts = `${USERS} people, ${ORGS} organisations, ${REPOS} repositories, ${member.memberships.length} memberships of the member`
const plan = await explainFirstPage(member)
report('authz', figures, [accounts, kit.config.databaseUrl === null ? 'embedded database' : 'PostgreSQL', ...plan])
await server.stop()
