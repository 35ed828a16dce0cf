import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { joinProgram } from '../../../kit/join-sources.js'
import { type CallRecord, checkCall, decodeSlot, encodeCall, type JournalSubject, SLOT_BYTES } from './record.js'
import { SegmentScanner } from './scanner.js'
import { createSegmentFile, listSegmentFiles, type SegmentFile, segmentName } from './segment-file.js'
import { JournalWriter, SEGMENT_LIMIT_MS, subjectRef } from './writer.js'

const JOURNAL = 'a'.repeat(24)
const subject: JournalSubject = {
  payerId: '1'.repeat(24),
  userId: '2'.repeat(24),
  tokenId: null,
  resource: 'repo:acme/tiny-llama',
  endpointId: null,
  listingId: '3'.repeat(24),
  planVersionId: '4'.repeat(24),
  currency: 'USD',
  sellerId: '6'.repeat(24),
  feePpm: 150_000,
  budgetIds: ['5'.repeat(24)],
  watchIds: [],
}
const call = (index: number): CallRecord => ({
  admittedMs: 1_790_000_000_000 + index,
  latencyMs: 12,
  inputTokens: 2 ** 40 + index,
  cachedInputTokens: 3,
  outputTokens: index,
  boundMicros: 13_120n,
  costMicros: 13_119n,
  requestId: `req${index}`,
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stoa-journal-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function scanFile(path: string): Promise<SegmentScanner & { calls: CallRecord[] }> {
  const scanner = new SegmentScanner()
  const calls = scanner.take(await readFile(path)).map((scanned) => scanned.call)
  return Object.assign(scanner, { calls })
}

describe('journal records', () => {
  it('round-trip, and any flipped bit is noticed', () => {
    const slot = Buffer.alloc(SLOT_BYTES)
    encodeCall(slot, 0, 77, 5, call(9))
    expect(decodeSlot(slot, 0)).toEqual({ kind: 'call', sequence: 77, subjectRef: 5, call: call(9) })
    for (let bit = 0; bit < SLOT_BYTES * 8; bit += 13) {
      const torn = Buffer.from(slot)
      torn[bit >> 3] = (torn[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(decodeSlot(torn, 0)).toBeNull()
    }
  })

  it('refuses what does not fit', () => {
    expect(() => checkCall({ ...call(0), requestId: 'x'.repeat(25) })).toThrow(RangeError)
    expect(() => checkCall({ ...call(0), requestId: 'ümlaut' })).toThrow(RangeError)
    expect(() => checkCall({ ...call(0), outputTokens: 1.5 })).toThrow(RangeError)
    expect(() => checkCall({ ...call(0), inputTokens: -1 })).toThrow(RangeError)
    expect(() => checkCall({ ...call(0), inputTokens: 2, cachedInputTokens: 3 })).toThrow(RangeError)
  })
})

describe('journal writer', () => {
  it('shares one disk write among the calls of a group and reads back every one', async () => {
    let syncs = 0
    const openFile = async (where: string, name: string): Promise<SegmentFile> => {
      const file = await createSegmentFile(where, name)
      return {
        writev: (buffers, position) => file.writev(buffers, position),
        datasync: () => {
          syncs += 1
          return file.datasync()
        },
        truncate: (length) => file.truncate(length),
        close: () => file.close(),
      }
    }
    const writer = new JournalWriter({ folder, journalId: JOURNAL, now: () => 0, openFile })
    const who = subjectRef(subject)
    await Promise.all(Array.from({ length: 2000 }, (_, index) => writer.append(who, call(index))))
    await writer.close()
    expect(syncs).toBe(1)
    const { calls } = await scanFile(join(folder, segmentName(JOURNAL, 0)))
    expect(calls).toEqual(Array.from({ length: 2000 }, (_, index) => call(index)))
  })

  it('cuts a torn tail at the last good slot', async () => {
    const writer = new JournalWriter({ folder, journalId: JOURNAL, now: () => 0 })
    const who = subjectRef(subject)
    for (let index = 0; index < 10; index++) await writer.append(who, call(index))
    await writer.close()
    const path = join(folder, segmentName(JOURNAL, 0))
    const whole = await readFile(path)
    for (const cut of [1, 50, 95, 96, 97, 400]) {
      await writeFile(path, Buffer.concat([whole.subarray(0, whole.length - cut), Buffer.alloc(cut === 50 ? 50 : 0)]))
      const { calls } = await scanFile(path)
      expect(calls).toHaveLength(10 - Math.ceil(cut / SLOT_BYTES))
    }
  })

  it('seals by age; each segment stands on its own', async () => {
    let now = 0
    const writer = new JournalWriter({ folder, journalId: JOURNAL, now: () => now })
    const who = subjectRef(subject)
    await writer.append(who, call(0))
    now = SEGMENT_LIMIT_MS
    writer.sealIfDue()
    await writer.settled()
    expect(writer.sealed.map((segment) => segment.number)).toEqual([0])
    await writer.append(who, call(1))
    await writer.close()
    const files = await listSegmentFiles(folder)
    expect(files.map((file) => file.number)).toEqual([0, 1])
    expect((await scanFile(files[1]?.path ?? '')).calls).toEqual([call(1)])
  })

  it('rejects the group that could not be written, keeps the others, and recovers on a new segment', async () => {
    let now = 0
    let full = false
    const openFile = async (where: string, name: string): Promise<SegmentFile> => {
      if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      const file = await createSegmentFile(where, name)
      return {
        writev: async (buffers, position) => (full ? { bytesWritten: 0 } : file.writev(buffers, position)),
        datasync: () => file.datasync(),
        truncate: (length) => file.truncate(length),
        close: () => file.close(),
      }
    }
    const writer = new JournalWriter({ folder, journalId: JOURNAL, now: () => now, openFile })
    const who = subjectRef(subject)
    await writer.append(who, call(0))
    full = true
    await expect(writer.append(who, call(1))).rejects.toThrow('cut short')
    expect(writer.isWritable).toBe(false)
    expect(() => writer.append(who, call(2))).toThrow('not writable')
    full = false
    now = 5000
    await writer.append(who, call(3))
    await writer.close()
    const files = await listSegmentFiles(folder)
    const found = await Promise.all(files.map(async (file) => (await scanFile(file.path)).calls))
    expect(found.flat()).toEqual([call(0), call(3)])
  })
})

describe('kill -9', () => {
  it('I5 loses no acknowledged record in 10 rounds of sudden death', async () => {
    const program = await joinProgram(new URL('./testdata/append-until-killed.ts', import.meta.url))
    for (let round = 0; round < 10; round++) {
      const journalId = round.toString(16).padStart(24, '0')
      const acknowledged = await runUntilKilled(program, [folder, journalId], 60 + ((round * 37) % 90))
      const scanner = await scanFile(join(folder, segmentName(journalId, 0)))
      expect(acknowledged).toBeGreaterThan(0)
      expect(scanner.calls.length).toBeGreaterThanOrEqual(acknowledged)
      expect(scanner.calls.every((record, index) => record.outputTokens === index)).toBe(true)
    }
  }, 60_000)
})

/** Starts the program and kills it some milliseconds after its first acknowledgement; answers the last count it acknowledged. */
function runUntilKilled(program: string, args: string[], afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [program, ...args])
  return new Promise((resolve, reject) => {
    let text = ''
    let timer: NodeJS.Timeout | undefined
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString()
      timer ??= setTimeout(() => child.kill('SIGKILL'), afterMs)
    })
    child.on('error', reject)
    child.on('close', () => {
      const lines = text.slice(0, text.lastIndexOf('\n')).split('\n')
      resolve(Number(lines.at(-1) ?? 0))
    })
  })
}
