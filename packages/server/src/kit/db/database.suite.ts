import { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database, Tx } from './database.js'
import { migrate, readMigrations } from './migrate.js'

type Row = Record<string, unknown>
type Ask = (text: string, values?: unknown[]) => Promise<Row[]>
interface Subject {
  database: Database
  ask: Ask
}

const within = async (tx: Tx, text: string, values: unknown[] = []): Promise<Row[]> =>
  (await tx.executeQuery<Row>(CompiledQuery.raw(text, values))).rows

/** What code may rely on, whichever engine it runs on. `open` gives a migrated database. */
export function describeDatabase(name: string, open: () => Promise<Database>): void {
  describe(`database: ${name}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await open()
    })
    afterAll(() => database.close())
    const ask: Ask = async (text, values = []) =>
      (await database.db.executeQuery<Row>(CompiledQuery.raw(text, values))).rows
    const subject: Subject = {
      get database() {
        return database
      },
      ask,
    }
    describeTypes(subject)
    describeTransactions(subject)
    describeClients(subject)
    describeMigrations(subject)
  })
}

function describeTypes({ ask }: Subject): void {
  it('reads every type the same way', async () => {
    const [row] =
      await ask(`select 5::int8 as big, array[1, null]::int8[] as bigs, 7::int4 as small, 1.50::numeric as num,
      '2026-01-02'::date as day, array['2026-01-02']::date[] as days, '2026-01-02T03:04:05.678Z'::timestamptz as at,
      true as yes, null::text as none, '{"a_b": [1]}'::jsonb as doc, array['x', 'y"z'] as texts, '\\x00ff'::bytea as bytes`)
    expect(row).toEqual({
      big: 5n,
      bigs: [1n, null],
      small: 7,
      num: '1.50',
      day: '2026-01-02',
      days: ['2026-01-02'],
      at: new Date('2026-01-02T03:04:05.678Z'),
      yes: true,
      none: null,
      doc: { a_b: [1] },
      texts: ['x', 'y"z'],
      bytes: Buffer.from([0, 255]),
    })
  })

  it('takes parameters of every type', async () => {
    const values = [2n ** 60n, ['a', 'b'], JSON.stringify({ k: 'v' }), new Date(5), Buffer.from('x'), 1.5]
    const [row] = await ask(
      'select $1::int8 as big, $2::text[] as texts, $3::jsonb as doc, $4::timestamptz as at, $5::bytea as bytes, $6::float8 as num',
      values,
    )
    expect(row).toEqual({
      big: 2n ** 60n,
      texts: ['a', 'b'],
      doc: { k: 'v' },
      at: new Date(5),
      bytes: Buffer.from('x'),
      num: 1.5,
    })
  })

  it('sorts by bytes and folds case beyond ASCII', async () => {
    const rows = await ask(`select v from (values ('b'), ('B'), ('ä'), ('a')) t (v) order by v`)
    expect(rows.map((row) => row['v'])).toEqual(['B', 'a', 'b', 'ä'])
    expect(await ask(`select lower('ÄÉ') as low, 'ÄPFEL' ilike 'äp%' as found`)).toEqual([{ low: 'äé', found: true }])
  })

  it('carries rows of many megabytes', async () => {
    const text = 'x'.repeat(8 * 1024 * 1024)
    const [row] = await ask('select $1::text as text', [text])
    expect(String(row?.['text']).length).toBe(text.length)
  })
}

function describeTransactions(subject: Subject): void {
  const { ask } = subject
  const counter = () => ask('create table if not exists public.counters (id int primary key, n int8 not null)')

  it('keeps every increment of concurrent transactions', async () => {
    await counter()
    await ask('insert into public.counters values (1, 0)')
    const bump = () =>
      subject.database.write(async (tx) => {
        const [row] = await within(tx, 'select n from public.counters where id = 1 for update')
        await within(tx, 'update public.counters set n = $1 where id = 1', [(row?.['n'] as bigint) + 1n])
      })
    await Promise.all(Array.from({ length: 20 }, bump))
    expect(await ask('select n from public.counters where id = 1')).toEqual([{ n: 20n }])
  })

  it('undoes everything when the work throws, and shows nothing before the end', async () => {
    await counter()
    const work = subject.database.write(async (tx) => {
      await within(tx, 'insert into public.counters values (2, 0)')
      throw new Error('changed my mind')
    })
    await expect(work).rejects.toThrow('changed my mind')
    expect(await ask('select 1 from public.counters where id = 2')).toEqual([])
  })

  it('refuses the shared handle inside a transaction instead of waiting for ever', async () => {
    await expect(subject.database.write(() => ask('select 1'))).rejects.toThrow('pass tx')
    await expect(subject.database.write(() => subject.database.write(async () => 1))).rejects.toThrow('pass tx')
    expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
  })

  it('gives a deadlocked transaction another try', async () => {
    await counter()
    await ask('insert into public.counters values (11, 0), (12, 0)')
    const pause = () => new Promise((resolve) => setTimeout(resolve, 50))
    const bump = (first: number, second: number) =>
      subject.database.write(async (tx) => {
        await within(tx, 'update public.counters set n = n + 1 where id = $1', [first])
        await pause()
        await within(tx, 'update public.counters set n = n + 1 where id = $1', [second])
      })
    await Promise.all([bump(11, 12), bump(12, 11)])
    expect(await ask('select n from public.counters where id in (11, 12)')).toEqual([{ n: 2n }, { n: 2n }])
  })
}

function describeClients({ ask }: Subject): void {
  it('keeps the exchanges of many clients apart', async () => {
    const wrong: unknown[] = []
    const askOne = async (i: number) => {
      const text = i % 2 === 0 ? 'select $1::int as v' : 'select $2::int as v, $1::text as t'
      const [row] = await ask(text, i % 2 === 0 ? [i] : ['x', i])
      if (row?.['v'] !== i) wrong.push([i, row])
    }
    await Promise.all(Array.from({ length: 500 }, (_, i) => askOne(i)))
    expect(wrong).toEqual([])
  })

  it('answers the next statement after a refused one', async () => {
    await expect(ask('select $1::int / 0', [1])).rejects.toThrow('division by zero')
    await expect(ask('selekt')).rejects.toThrow('syntax error')
    expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
  })
}

function describeMigrations(subject: Subject): void {
  it('applies every migration once', async () => {
    expect(await migrate(subject.database)).toEqual([])
    const rows = await subject.ask('select name from kit.migrations order by name')
    expect(rows.map((row) => row['name'])).toEqual(readMigrations().map((one) => one.name))
  })

  it('refuses an edited migration and a database of a newer version', async () => {
    const own = readMigrations()
    const edited = own.map((one, i) => (i === 0 ? { ...one, hash: 'other' } : one))
    await expect(migrate(subject.database, edited)).rejects.toThrow('was changed after it was applied')
    await expect(migrate(subject.database, own.slice(1))).rejects.toThrow('newer version')
  })

  it('leaves nothing of a migration that fails, and lets processes migrate at once', async () => {
    const own = readMigrations()
    const bad = { name: '9999_bad.sql', sql: 'create table public.half (id int); select nothing_here', hash: 'h' }
    await expect(migrate(subject.database, [...own, bad])).rejects.toThrow('migration 9999_bad.sql failed')
    expect(await subject.ask(`select to_regclass('public.half')::text as half`)).toEqual([{ half: null }])
    const good = { name: '9998_good.sql', sql: 'create table public.whole (id int)', hash: 'h' }
    const results = await Promise.all([1, 2, 3].map(() => migrate(subject.database, [...own, good])))
    expect(results.flat()).toEqual(['9998_good.sql'])
    await subject.ask(`delete from kit.migrations where name = '9998_good.sql'`)
  })
}
