import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestClock } from './clock.js'
import type { Database } from './db/database.js'
import { createEvents, type Events } from './events/events.js'
import { listFailingDeliveries } from './events/queries.js'
import { createIds } from './ids.js'
import { createJobs, type Jobs } from './jobs/jobs.js'
import { findJob } from './jobs/queries.js'
import { silentLog } from './log.js'

const START = new Date('2026-01-01T00:00:00Z')
const HOUR_MS = 3_600_000
const waitFor = async (isTrue: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !isTrue(); i++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(isTrue()).toBe(true)
}

/** What events and jobs promise on either engine. */
export function describeQueues(name: string, open: () => Promise<Database>): void {
  let database: Database
  const clock = createTestClock(START)
  const deps = () => ({ db: database.db, write: database.write, clock, ids: createIds(clock), log: silentLog })
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    clock.advanceMs(24 * HOUR_MS)
    await database.db.deleteFrom('kit.outbox').execute()
    await database.db.deleteFrom('kit.jobs').execute()
  })
  describeEvents(name, { create: () => createEvents(deps()), clock, write: (work) => database.write(work), deps })
  describeJobs(name, { create: () => createJobs(deps()), clock, write: (work) => database.write(work), deps })
}

interface Subject<T> {
  create(): T
  readonly clock: ReturnType<typeof createTestClock>
  write: Database['write']
  deps(): { db: Database['db'] }
}

function describeEvents(name: string, { create, clock, write, deps }: Subject<Events>): void {
  describe(`events: ${name}`, () => {
    it('delivers to each handler in order, after the commit only', async () => {
      const events = create()
      const seen: string[] = []
      events.on('thing.changed', 'first', async ({ n }: { n: number }) => void seen.push(`first ${n}`))
      events.on('thing.changed', 'second', async ({ n }: { n: number }) => void seen.push(`second ${n}`))
      await write(async (tx) => {
        for (const n of [1, 2, 3]) await events.emit(tx, 'thing.changed', { n })
        await events.emit(tx, 'thing.unheard', {})
      })
      const undone = write(async (tx) => {
        await events.emit(tx, 'thing.changed', { n: 4 })
        throw new Error('undone')
      })
      await expect(undone).rejects.toThrow('undone')
      await events.drained()
      const of = (handler: string) => seen.filter((line) => line.startsWith(handler))
      expect(of('first')).toEqual(['first 1', 'first 2', 'first 3'])
      expect(of('second')).toEqual(['second 1', 'second 2', 'second 3'])
      expect(await deps().db.selectFrom('kit.outbox').selectAll().execute()).toEqual([])
    })

    it('forgets an event when the last of its handlers end at the same time', async () => {
      const events = create()
      const waiting: (() => void)[] = []
      const together = (): Promise<void> =>
        new Promise((resolve) => {
          waiting.push(resolve)
          if (waiting.length === 4) for (const go of waiting.splice(0)) go()
        })
      for (const handler of ['a', 'b', 'c', 'd']) events.on('shared', handler, together)
      for (let n = 0; n < 40; n++) {
        await write((tx) => events.emit(tx, 'shared', { n }))
        await events.drained()
      }
      expect(await deps().db.selectFrom('kit.outbox').selectAll().execute()).toEqual([])
    })

    it('takes several facts about one thing once, as the newest of them, and tries all of them again', async () => {
      const events = create()
      const seen: string[] = []
      let isBroken = false
      events.follow(['made', 'changed'], 'follows', {
        keyOf: ({ id }: { id: string }) => id,
        take: async ({ id, n }: { id: string; n: number }) => {
          if (isBroken) throw new Error('not today')
          seen.push(`${id} ${n}`)
        },
      })
      const emitBoth = () =>
        write(async (tx) => {
          await events.emit(tx, 'made', { id: 'a', n: 1 })
          await events.emit(tx, 'made', { id: 'b', n: 2 })
          await events.emit(tx, 'changed', { id: 'a', n: 3 })
        })
      await emitBoth()
      await events.drained()
      expect(seen.splice(0)).toEqual(['a 3', 'b 2'])
      isBroken = true
      await emitBoth()
      await events.drained()
      expect(await listFailingDeliveries(deps().db, 10)).toMatchObject([1, 1, 1].map((attempts) => ({ attempts })))
      isBroken = false
      clock.advanceMs(2_000)
      await events.drained()
      expect(seen).toEqual(['a 3', 'b 2'])
      expect(await deps().db.selectFrom('kit.outbox').selectAll().execute()).toEqual([])
    })

    it('delivers at once when started, without waiting for a sweep', async () => {
      const events = create()
      const seen: number[] = []
      events.on('now', 'now', async () => void seen.push(performance.now()))
      events.start()
      // Past the first sweep, so that the next one is far away.
      await events.drained()
      const emittedAt = performance.now()
      await write((tx) => events.emit(tx, 'now', {}))
      await waitFor(() => seen.length === 1)
      expect((seen[0] ?? 0) - emittedAt).toBeLessThan(400)
      await events.stop()
    })

    it('tries a failed handler again, alone, and shows what fails', async () => {
      const events = create()
      const seen: string[] = []
      let isBroken = true
      events.on('e', 'good', async () => void seen.push('good'))
      events.on('e', 'bad', async () => {
        if (isBroken) throw new Error('not today')
        seen.push('bad')
      })
      await write((tx) => events.emit(tx, 'e', {}))
      await events.drained()
      expect(seen).toEqual(['good'])
      expect(await listFailingDeliveries(deps().db, 10)).toMatchObject([
        { handler: 'bad', error: 'Error: not today', attempts: 1 },
      ])
      isBroken = false
      await events.drained()
      expect(seen).toEqual(['good'])
      clock.advanceMs(2_000)
      await events.drained()
      expect(seen).toEqual(['good', 'bad'])
    })

    it('is not delivered twice by two processes, and again when one died on it', async () => {
      const [one, two] = [create(), create()]
      let count = 0
      let release = (): void => undefined
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const take = async (): Promise<void> => {
        count += 1
        await held
      }
      one.on('e', 'h', take)
      two.on('e', 'h', take)
      await write((tx) => one.emit(tx, 'e', {}))
      const first = one.drained()
      await waitFor(() => count === 1)
      await two.drained()
      expect(count).toBe(1)
      clock.advanceMs(61_000)
      const second = two.drained()
      await waitFor(() => count === 2)
      release()
      await Promise.all([first, second])
      await one.drained()
      expect(count).toBe(2)
    })
  })
}

function describeJobs(name: string, { create, clock, write, deps }: Subject<Jobs>): void {
  describe(`jobs: ${name}`, () => {
    it('runs what is due, once, and not before its time', async () => {
      const [one, two] = [create(), create()]
      const seen: unknown[] = []
      for (const jobs of [one, two]) jobs.handle('work', async (payload) => void seen.push(payload))
      await write(async (tx) => {
        for (let n = 0; n < 10; n++) await one.enqueue(tx, 'work', { n })
        await one.enqueue(tx, 'work', { n: 'later' }, { runAt: new Date(clock.now().getTime() + HOUR_MS) })
      })
      await Promise.all([one.drained(), two.drained()])
      expect(seen).toHaveLength(10)
      clock.advanceMs(HOUR_MS)
      await one.drained()
      expect(seen.at(-1)).toEqual({ n: 'later' })
    })

    it('tries again with growing waits and gives up after five attempts', async () => {
      const jobs = create()
      const attempts: number[] = []
      jobs.handle('fails', async (_payload, { attempt }) => {
        attempts.push(attempt)
        throw new Error('never works')
      })
      const id = await write((tx) => jobs.enqueue(tx, 'fails', {}))
      for (let i = 0; i < 8; i++) {
        await jobs.drained()
        clock.advanceMs(HOUR_MS)
      }
      expect(attempts).toEqual([1, 2, 3, 4, 5])
      expect(await findJob(deps().db, id)).toMatchObject({ state: 'failed', error: 'Error: never works' })
    })

    it('starts at once when enqueued, and ends a running one on cancel', async () => {
      const jobs = create()
      let started = false
      jobs.handle('long', async (_payload, { signal }) => {
        started = true
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
      })
      jobs.start()
      await jobs.drained()
      const id = await write((tx) => jobs.enqueue(tx, 'long', {}))
      await waitFor(() => started)
      expect(await jobs.cancel(id)).toBe(true)
      await jobs.stop()
      expect(await findJob(deps().db, id)).toMatchObject({ state: 'cancelled' })
      expect(await jobs.cancel(id)).toBe(false)
    })

    it('never starts a cancelled one', async () => {
      const jobs = create()
      let count = 0
      jobs.handle('work', async () => void count++)
      const id = await write((tx) => jobs.enqueue(tx, 'work', {}))
      expect(await jobs.cancel(id)).toBe(true)
      await jobs.drained()
      expect(count).toBe(0)
    })

    it('holds one waiting job per key', async () => {
      const jobs = create()
      const seen: unknown[] = []
      jobs.handle('work', async (payload) => void seen.push(payload))
      const ids = await write(async (tx) => [
        await jobs.enqueue(tx, 'work', { n: 1 }, { key: 'a' }),
        await jobs.enqueue(tx, 'work', { n: 2 }, { key: 'a' }),
        await jobs.enqueue(tx, 'work', { n: 3 }, { key: 'b' }),
      ])
      expect(ids[0]).toBe(ids[1])
      await jobs.drained()
      expect(seen).toEqual([{ n: 1 }, { n: 3 }])
      await write((tx) => jobs.enqueue(tx, 'work', { n: 4 }, { key: 'a' }))
      await jobs.drained()
      expect(seen).toHaveLength(3)
    })

    it('takes over from a process that died, and the late one cannot end the job', async () => {
      const [dead, alive] = [create(), create()]
      let release = (): void => undefined
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      let isHolding = false
      dead.handle('work', async () => {
        isHolding = true
        await held
        throw new Error('too late')
      })
      let done = 0
      alive.handle('work', async () => void done++)
      const id = await write((tx) => dead.enqueue(tx, 'work', {}))
      const late = dead.drained()
      await waitFor(() => isHolding)
      await alive.drained()
      expect(done).toBe(0)
      clock.advanceMs(61_000)
      await alive.drained()
      expect(done).toBe(1)
      release()
      await late
      expect(await findJob(deps().db, id)).toMatchObject({ state: 'done', error: null })
    })

    it('repeats in one of the processes, also after a failure', async () => {
      const [one, two] = [create(), create()]
      let count = 0
      for (const jobs of [one, two]) {
        jobs.repeat('tick', HOUR_MS, async () => {
          count += 1
          if (count === 1) throw new Error('first one fails')
        })
        jobs.start()
        await jobs.stop()
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
      for (let hour = 0; hour < 3; hour++) {
        clock.advanceMs(HOUR_MS)
        await Promise.all([one.drained(), two.drained()])
      }
      // Three hours and the retry of the first.
      expect(count).toBe(4)
    })
  })
}
