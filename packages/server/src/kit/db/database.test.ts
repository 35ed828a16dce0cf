import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../log.js'
import { type Database, openDatabase } from './database.js'
import { migrate, readMigrations } from './migrate.js'

describe('embedded database', () => {
  const dir = mkdtempSync(join(tmpdir(), 'stoa-db-'))
  let database: Database
  beforeAll(async () => {
    database = await openDatabase({ databaseUrl: null, embeddedDir: join(dir, 'pg'), log: silentLog })
  })
  afterAll(async () => {
    await database.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const ask = async (sql: string, values: unknown[] = []) =>
    (await database.db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(sql, values))).rows

  it('applies every migration once', async () => {
    expect((await migrate(database)).length).toBeGreaterThan(0)
    expect(await migrate(database)).toEqual([])
  })

  it('reads types the same way everywhere', async () => {
    const [row] = await ask(
      `select 5::int8 as big, 1.50::numeric as num, '2026-01-02'::date as day, '2026-01-02T03:04:05Z'::timestamptz as at`,
    )
    expect(row).toEqual({ big: 5n, num: '1.50', day: '2026-01-02', at: new Date('2026-01-02T03:04:05Z') })
  })

  it('keeps every increment of concurrent transactions', async () => {
    await ask('create table public.counter (n int8)')
    await ask('insert into public.counter values (0)')
    const bump = () => database.write((tx) => tx.executeQuery(CompiledQuery.raw('update public.counter set n = n + 1')))
    await Promise.all(Array.from({ length: 20 }, bump))
    expect(await ask('select n from public.counter')).toEqual([{ n: 20n }])
  })

  it('keeps the exchanges of many clients apart', async () => {
    const wrong: unknown[] = []
    const askOne = async (i: number) => {
      const value = i % 2 === 0 ? (await ask('select $1::int as v', [i]))[0]?.['v'] : undefined
      const pair = i % 2 === 1 ? (await ask('select $1::text as a, $2::int as v', ['x', i]))[0]?.['v'] : undefined
      if ((value ?? pair) !== i) wrong.push([i, value, pair])
    }
    await Promise.all(Array.from({ length: 500 }, (_, i) => askOne(i)))
    expect(wrong).toEqual([])
  })

  it('answers the next statement after a refused one', async () => {
    await expect(ask('select $1::int / 0', [1])).rejects.toThrow('division by zero')
    expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
  })

  it('refuses the shared handle inside a transaction instead of waiting for ever', async () => {
    await expect(database.write(() => ask('select 1'))).rejects.toThrow('pass tx')
    await expect(database.write(() => database.write(async () => 1))).rejects.toThrow('pass tx')
    expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
  })

  it('refuses an edited migration and a database of a newer version', async () => {
    const own = readMigrations()
    const edited = own.map((one, i) => (i === 0 ? { ...one, hash: 'other' } : one))
    await expect(migrate(database, edited)).rejects.toThrow('was changed after it was applied')
    await expect(migrate(database, own.slice(1))).rejects.toThrow('newer version')
  })
})
