import { randomBytes } from 'node:crypto'
import { deflateSync, gzipSync } from 'node:zlib'
import { encodeCommit, encodeEntryHeader, encodeTree, hashObject, PACK_TYPE, pkt } from '@stoa/git'
import { type ChildServer, join, type Person, startChildServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendEntry, deltaEntry, pushBody, sealPack, tinyEntry, varint, wholeEntry } from './packs.suite.js'

const MIB = 1024 * 1024
/** A check in a worker may take a gigabyte of heap before it is stopped; what it takes is measured here. */
const BOUND_BYTES = 512 * MIB
const OID = 'a'.repeat(40)

describe('memory under hostile git bodies stays within 512 MiB', { timeout: 180_000 }, () => {
  let server: ChildServer
  let mallory: Person
  beforeAll(async () => {
    server = await startChildServer()
    mallory = await join(server, 'mallory')
    const made = await mallory.ask('POST', '/api/repos/create', { name: 'target' })
    expect(made.status).toBe(200)
  })
  afterAll(() => server.stop())

  const send = (body: Buffer, headers: Record<string, string> = {}, service = 'git-receive-pack') =>
    fetch(`${server.url}/mallory/target/${service}`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`x:${mallory.token}`).toString('base64')}`, ...headers },
      body: body as Buffer<ArrayBuffer>,
    })

  /** Sends bodies at once; what was answered, while the server's memory is bounded and its loop stays free. */
  async function attack(work: () => Promise<Response>[]): Promise<{ status: number; text: string }[]> {
    let answers: { status: number; text: string }[] = []
    // Making a body takes longer than idle connections live; the client notices only now that they are gone.
    await new Promise((resolve) => setTimeout(resolve, 50))
    const growth = await server.growthOf(async () => {
      answers = await Promise.all(work().map(async (one) => toText(await one)))
    })
    expect(growth ?? 0).toBeLessThan(BOUND_BYTES)
    expect(await server.isAlive()).toBe(true)
    return answers
  }
  const toText = async (answer: Response) => ({
    status: answer.status,
    text: Buffer.from(await answer.arrayBuffer()).toString('latin1'),
  })

  it('of a million tiny objects, and refuses one more than a million', async () => {
    const count = 1_000_000
    const tree = encodeTree([])
    const who = { name: 'M', email: 'm@example.org', seconds: 1, zone: '+0000' }
    const commit = encodeCommit({
      tree: hashObject('tree', tree),
      parents: [],
      author: who,
      committer: who,
      message: 'many',
    })
    const entries = Array.from({ length: count - 2 }, (_, at) => tinyEntry(Buffer.from(String(at))))
    entries.push(wholeEntry('tree', tree), wholeEntry('commit', commit))
    const body = pushBody(hashObject('commit', commit), sealPack(entries), 'refs/heads/many')
    const [taken] = await attack(() => [send(body)])
    expect(taken?.text).toContain('ok refs/heads/many')
    const [refused] = await attack(() => [send(pushBody(OID, sealPack(entries, count + 1)))])
    expect(refused).toMatchObject({ status: 400, text: expect.stringContaining('at most 1000000 objects') })
  })

  it('of objects that unpack to gigabytes, in many pushes at once', async () => {
    const zeros = (nth: number): Buffer => {
      const data = Buffer.alloc(90 * MIB)
      data.writeUInt32LE(nth)
      return Buffer.concat([encodeEntryHeader(PACK_TYPE.blob, data.length), deflateSync(data)])
    }
    const pack = sealPack(Array.from({ length: 6 }, (_, nth) => zeros(nth)))
    const answers = await attack(() => Array.from({ length: 4 }, () => send(pushBody(OID, pack))))
    for (const { text } of answers) expect(text).toContain('files larger than 10 MiB')
  })

  it('of deltas: a chain that is too deep, one that waits for its base, one that grows without end', async () => {
    const base = randomBytes(1000)
    const chain = [wholeEntry('blob', base)]
    let content: Buffer = base
    for (let depth = 0; depth < 513; depth++) {
      const next = appendEntry(content)
      chain.push(next.entry)
      content = next.content
    }
    const tip = hashObject('blob', content)
    const waiting = Array.from({ length: 50_000 }, (_, nth) => {
      const delta = Buffer.concat([varint(content.length), varint(4), Buffer.from([4]), Buffer.alloc(4)])
      delta.writeUInt32LE(nth, delta.length - 4)
      return deltaEntry(tip, delta)
    })
    const big = Buffer.alloc(8 * MIB)
    const bigOid = hashObject('blob', big)
    const growing = Array.from({ length: 3_000 }, (_, nth) => {
      const delta = Buffer.concat([
        varint(big.length),
        varint(big.length),
        Buffer.from([4, nth & 255, nth >> 8, 1, 1, 0xf1, 4, 0xfc, 0xff, 0x7f]),
      ])
      return deltaEntry(bigOid, delta)
    })
    const packs: [string, Buffer, string | RegExp][] = [
      ['deep', sealPack(chain), 'a delta chain is too long'],
      ['waiting', sealPack([...waiting, ...chain.slice(0, 513).toReversed()]), 'a delta base is missing'],
      ['never', sealPack(waiting), 'a delta base is missing'],
      ['growing', sealPack([wholeEntry('blob', big), ...growing]), /inflates to too much|badDelta|delta/],
    ]
    for (const [name, pack, reason] of packs) {
      const [answer] = await attack(() => [send(pushBody(OID, pack))])
      expect(answer?.text, name).toMatch(reason)
    }
  })

  it('of gzip bombs, on both doors, and of junk that goes on', async () => {
    const head = Buffer.concat([pkt(`${'0'.repeat(40)} ${OID} refs/heads/x\0 report-status`), Buffer.from('0000')])
    const bomb = gzipSync(Buffer.concat([head, sealPack([tinyEntry(Buffer.from('x'))]), Buffer.alloc(512 * MIB)]))
    const gzip = { 'content-encoding': 'gzip' }
    for (const service of ['git-receive-pack', 'git-upload-pack']) {
      const [answer] = await attack(() => [send(bomb, gzip, service)])
      expect(answer?.status, service).toBe(413)
    }
    const [junk] = await attack(() => [send(Buffer.concat([head, Buffer.alloc(64 * MIB, 7)]))])
    expect(junk).toMatchObject({ status: 400, text: expect.stringContaining('not a git pack') })
  })

  it('of commands that are all names or all abilities, and of more refs than a push may change', async () => {
    const command = (nth: number, tail: string) => pkt(`${'0'.repeat(40)} ${OID} refs/heads/b${nth}${tail}`)
    const long = Array.from({ length: 1_000 }, (_, nth) => command(nth, 'x'.repeat(60_000)))
    const able = Array.from({ length: 1_000 }, (_, nth) => command(nth, `\0 ${`a${nth} `.repeat(8_000)}`))
    const many = Array.from({ length: 10_001 }, (_, nth) => command(nth, ''))
    for (const [lines, reason] of [
      [long, 'a ref name has at most 1024 characters'],
      [able, ''],
      [many, 'a push may change at most 10000 refs'],
    ] as const) {
      const [answer] = await attack(() => [send(Buffer.concat([...lines, Buffer.from('0000')]))])
      expect(answer?.text).toContain(reason)
    }
  })

  it('of long lists of wants and haves, from many at once', async () => {
    const lines = Array.from({ length: 90_000 }, (_, at) => pkt(`have ${at.toString(16).padStart(40, '0')}`))
    const body = Buffer.concat([pkt('command=fetch'), Buffer.from('0001'), ...lines, pkt('done'), Buffer.from('0000')])
    const headers = { 'git-protocol': 'version=2' }
    const answers = await attack(() => Array.from({ length: 8 }, () => send(body, headers, 'git-upload-pack')))
    for (const { status } of answers) expect([200, 503]).toContain(status)
  })
})
