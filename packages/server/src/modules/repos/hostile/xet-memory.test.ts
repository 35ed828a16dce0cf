import { randomBytes } from 'node:crypto'
import { type ChildServer, join, type Person, startChildServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HandXorb, openXet, type XetDoors, XetForge } from './xet-attacker.suite.js'

const MIB = 1024 * 1024
/** What one person may make the server hold: its share of upload bytes, twice (received, sent to the checking thread), and the heap's slack. */
const BOUND_BYTES = 512 * MIB

describe('memory under hostile Xet uploads stays within 512 MiB', { timeout: 180_000 }, () => {
  let server: ChildServer
  let mallory: Person
  let xet: XetDoors
  let forge: XetForge
  beforeAll(async () => {
    server = await startChildServer()
    mallory = await join(server, 'mallory')
    forge = await XetForge.open()
    const made = await fetch(`${server.url}/api/repos/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${mallory.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'store' }),
    })
    expect(made.status).toBe(200)
    xet = await openXet(server.url, mallory, 'models/mallory/store', 'write')
  })
  afterAll(() => server.stop())

  /** Runs an attack; answers must be refusals or successes, the server must live, and its memory be bounded. */
  async function attack(work: () => Promise<Response[]>): Promise<{ statuses: number[]; texts: string[] }> {
    const texts: string[] = []
    let statuses: number[] = []
    const growth = await server.growthOf(async () => {
      const answers = await work()
      statuses = answers.map((one) => one.status)
      for (const one of answers) texts.push(await one.text())
    })
    expect(growth ?? 0).toBeLessThan(BOUND_BYTES)
    expect(await server.isAlive()).toBe(true)
    return { statuses, texts }
  }

  it('of a small shard that names the same chunks over and over', async () => {
    const [xorb] = await sendCrumbs(1)
    const shard = forge.shard({
      terms: [{ xorb: xorb as HandXorb, start: 0, end: 8192 }],
      repeat: 10_000,
      name: randomBytes(32),
    })
    const { statuses, texts } = await attack(async () => [await xet.register(shard)])
    expect([statuses, texts[0]]).toEqual([[400], expect.stringContaining('chunks at most')])
  })

  it('of shards of 64 MiB, full of terms, of files, of xorbs, or announcing what is not there', async () => {
    const size = 64 * MIB - 1
    const full = (record: (at: number, bytes: Buffer) => void): Buffer => {
      const bytes = Buffer.alloc(Math.floor(size / 48) * 48)
      forge.shard().copy(bytes, 0, 0, 48)
      for (let at = 48; at < bytes.length; at += 48) record(at, bytes)
      return bytes
    }
    const terms = full((at, bytes) => {
      if (at === 48) bytes.fill(1, at, at + 32).writeUInt32LE(Math.floor(size / 48) - 2, at + 36)
    })
    const files = full((at, bytes) => void bytes.fill(1, at, at + 32))
    const xorbs = full((at, bytes) => {
      if (at === 48) bytes.fill(0xff, at, at + 32)
      else if (at === 96) bytes.writeUInt32LE(Math.floor(size / 48) - 4, at + 36)
    })
    const lying = forge.shard({ terms: [], name: randomBytes(32) })
    lying.writeUInt32LE(0xffffffff, 48 + 36)
    for (const shard of [terms, files, xorbs, lying]) {
      const { statuses } = await attack(async () => [await xet.register(shard)])
      expect(statuses).toEqual([400])
    }
  })

  it('of eight junk uploads of 64 MiB at once', async () => {
    const bytes = randomBytes(64 * MIB)
    bytes[0] = 7
    const { statuses } = await attack(() =>
      Promise.all(Array.from({ length: 8 }, () => xet.send({ name: 'a'.repeat(64), bytes }))),
    )
    expect(new Set(statuses)).toEqual(new Set([400]))
  })

  it('of a xorb that unpacks to two hundred times its size', async () => {
    const frame = lz4Zeros(131_072)
    const head = Buffer.from([0, frame.length & 255, (frame.length >> 8) & 255, 0, 1, 0, 0, 2])
    const bytes = Buffer.concat(Array.from({ length: 2048 }, () => Buffer.concat([head, frame])))
    const { statuses, texts } = await attack(async () => [await xet.send({ name: 'b'.repeat(64), bytes })])
    expect([statuses, texts[0]]).toEqual([[400], expect.stringContaining('hash it was sent under')])
  })

  it('of a file over very many xorbs of tiny chunks, registered and read', async () => {
    const crumbs = await sendCrumbs(30)
    const file = { terms: crumbs.map((xorb) => ({ xorb, start: 0, end: 8192 })) }
    const { statuses } = await attack(async () => [await xet.register(forge.shard(file))])
    expect(statuses).toEqual([200])
    const name = forge.shard(file).subarray(48, 80)
    const path = `/v2/reconstructions/${Buffer.from(name).swap64().toString('hex')}`
    const read = await attack(() => Promise.all(Array.from({ length: 10 }, () => xet.get(path))))
    expect(new Set(read.statuses)).toEqual(new Set([200]))
  })

  async function sendCrumbs(count: number): Promise<HandXorb[]> {
    const all = Array.from({ length: count }, (_, nth) =>
      forge.xorb(...Array.from({ length: 8192 }, (_, at) => Buffer.from(`${nth} ${at}`))),
    )
    for (const xorb of all) expect((await xet.send(xorb)).status).toBe(200)
    return all
  }
})

/** An LZ4 frame that holds `length` zeros: one literal, one match that repeats it. */
function lz4Zeros(length: number): Buffer {
  const tail = 5
  const match = length - 1 - tail - 4
  const more = match - 15
  const block = Buffer.concat([
    Buffer.from([0x1f, 0, 1, 0]),
    Buffer.alloc(Math.floor(more / 255), 255),
    Buffer.from([more % 255, tail << 4]),
    Buffer.alloc(tail),
  ])
  const frame = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 0, 0, 0, 0])
  frame.writeUInt32LE(block.length, 7)
  return Buffer.concat([frame, block, Buffer.alloc(4)])
}
