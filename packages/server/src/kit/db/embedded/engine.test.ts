import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../../log.js'
import { type Database, openDatabase } from '../database.js'
import { copyTemplateDatabase } from '../test-database.js'

// Opening after a crash reads and syncs every file, which takes long on a busy disk.
vi.setConfig({ testTimeout: 90_000 })

const STATEMENT_TIMEOUT_MS = 1_500
const IDLE_TRANSACTION_MS = 300
const RUNAWAY = 'select count(*) from generate_series(1, 10000000000)'

describe('embedded engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-engine-'))
  let database: Database
  let freeBytes = 2 ** 40
  const ask = async (text: string) => (await database.pool.query<Record<string, unknown>>(text)).rows
  beforeAll(async () => {
    const embeddedDir = join(folder, 'database')
    await copyTemplateDatabase(embeddedDir)
    const limits = { statementTimeoutMs: STATEMENT_TIMEOUT_MS, idleTransactionMs: IDLE_TRANSACTION_MS }
    const disk = { freeBytes: async () => freeBytes }
    database = await openDatabase({ databaseUrl: null, embeddedDir, log: silentLog, ...limits, ...disk })
    await ask('create table public.kept (n int)')
  })
  beforeEach(() => ask('truncate public.kept'))
  afterAll(async () => {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('ends a runaway statement, keeps what was committed, and answers again', async () => {
    await ask('insert into public.kept values (1)')
    const started = performance.now()
    await expect(ask(RUNAWAY)).rejects.toThrow()
    expect(performance.now() - started).toBeLessThan(STATEMENT_TIMEOUT_MS + 2_000)
    expect(await ask('select n from public.kept')).toEqual([{ n: 1 }])
  })

  it('keeps nothing of a transaction that its runaway statement ended', async () => {
    const work = database.write(async (tx) => {
      await tx
        .insertInto('kit.outbox')
        .values({ name: 'lost', payload: '{}', createdAt: new Date(0) })
        .execute()
      await database.pool.query(RUNAWAY)
    })
    await expect(work).rejects.toThrow()
    expect(await ask(`select 1 from kit.outbox where name = 'lost'`)).toEqual([])
  })

  it('rolls back a transaction that stands still, so that others go on', async () => {
    const work = database.write(async (tx) => {
      await tx
        .insertInto('kit.outbox')
        .values({ name: 'idle', payload: '{}', createdAt: new Date(0) })
        .execute()
      await new Promise((resolve) => setTimeout(resolve, 3 * IDLE_TRANSACTION_MS))
    })
    const other = ask('select 1 as one')
    await expect(work).rejects.toThrow()
    expect(await other).toEqual([{ one: 1 }])
    expect(await ask(`select 1 from kit.outbox where name = 'idle'`)).toEqual([])
  })

  it('gives up a transaction whose client went away', async () => {
    const client = await database.pool.connect()
    await client.query('begin')
    await client.query('insert into public.kept values (2)')
    client.release(new Error('gone'))
    expect(await ask('select n from public.kept')).toEqual([])
  })

  it('refuses writes when the disk is nearly full, still reads, and goes on when there is room', async () => {
    const write = () =>
      database.write((tx) =>
        tx
          .insertInto('kit.outbox')
          .values({ name: 'full', payload: '{}', createdAt: new Date(0) })
          .execute(),
      )
    const nextCheck = () => new Promise((resolve) => setTimeout(resolve, 1_050))
    freeBytes = 1024
    await nextCheck()
    await expect(write()).rejects.toMatchObject({ code: 'StorageFull', status: 507 })
    expect(await ask('select 1 as one')).toEqual([{ one: 1 }])
    freeBytes = 2 ** 40
    await nextCheck()
    await write()
  })

  it('answers the health question', async () => {
    expect((await database.health()).roundTripMs).toBeGreaterThan(0)
  })
})

it('makes a new database beside its place, over what an interrupted first start left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-first-'))
  const embeddedDir = join(folder, 'database')
  mkdirSync(`${embeddedDir}.new`)
  writeFileSync(join(`${embeddedDir}.new`, 'PG_VERSION'), '1')
  const database = await openDatabase({ databaseUrl: null, embeddedDir, log: silentLog })
  expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  expect(existsSync(`${embeddedDir}.new`)).toBe(false)
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})
