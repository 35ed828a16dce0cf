import { createHash, randomBytes } from 'node:crypto'
import { join, type Person, startTestServer, type TestServer } from '@stoa/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HandTerm, type HandXorb, openXet, type XetDoors, xetDoors, XetForge } from './xet-attacker.suite.js'

const sha256 = (...parts: Uint8Array[]): string => createHash('sha256').update(Buffer.concat(parts)).digest('hex')

describe('hand-made xorbs and shards against a real server', () => {
  let server: TestServer
  let ada: Person
  let mallory: Person
  let forge: XetForge
  let mine: XetDoors
  let theirs: XetDoors
  const secret = randomBytes(20_000)
  let secretXorb: HandXorb

  beforeAll(async () => {
    server = await startTestServer()
    ;[ada, mallory] = [await join(server, 'ada'), await join(server, 'mallory')]
    forge = await XetForge.open()
    for (const [who, name, isPrivate] of [
      [ada, 'secret', true],
      [ada, 'open', false],
      [mallory, 'store', false],
    ] as const) {
      expect((await who.ask('POST', '/api/repos/create', { name, private: isPrivate })).status).toBe(200)
    }
    const hers = await openXet(server.url, ada, 'models/ada/secret', 'write')
    secretXorb = forge.xorb(secret)
    expect((await hers.send(secretXorb)).status).toBe(200)
    expect((await hers.register(forge.shard({ terms: [whole(secretXorb)] }))).status).toBe(200)
    theirs = await openXet(server.url, ada, 'models/ada/open', 'write')
    mine = await openXet(server.url, mallory, 'models/mallory/store', 'write')
  })
  afterAll(() => server.stop())

  const whole = (xorb: HandXorb): HandTerm => ({ xorb, start: 0, end: xorb.chunks.length })
  const answerOf = async (answer: Response) => [answer.status, await answer.text(), answer.headers.get('x-error-code')]
  const sendNew = async (...sizes: number[]): Promise<{ xorb: HandXorb; contents: Buffer[] }> => {
    const contents = sizes.map((size) => randomBytes(size))
    const xorb = forge.xorb(...contents)
    expect((await mine.send(xorb)).status).toBe(200)
    return { xorb, contents }
  }

  it('[C1] takes an honest file, so that what follows is refused for its lies only', async () => {
    const { xorb, contents } = await sendNew(9_000, 8_500)
    const answer = await mine.register(forge.shard({ terms: [whole(xorb)], sha256: sha256(...contents) }))
    expect(answer.status).toBe(200)
  })

  it('refuses xorbs that are not what they claim', async () => {
    const raw = randomBytes(9_000)
    const honest = forge.xorb(raw)
    const lies: Record<string, [string, Buffer]> = {
      'another name': ['c'.repeat(64), honest.bytes],
      'one bit changed': [honest.name, flip(honest.bytes, 500)],
      'a cut body': [honest.name, honest.bytes.subarray(0, -1)],
      'bytes behind': [honest.name, Buffer.concat([honest.bytes, Buffer.of(1)])],
      nothing: [honest.name, Buffer.alloc(0)],
    }
    for (const [name, [hash, bytes]] of Object.entries(lies)) {
      expect(await answerOf(await mine.send({ name: hash, bytes })), name).toMatchObject([400, {}, 'XetInvalid'])
    }
    const shard = forge.shard({ terms: [whole(honest)] })
    expect(await answerOf(await mine.register(shard))).toMatchObject([
      400,
      expect.stringContaining('not stored'),
      'XetInvalid',
    ])
    expect((await mine.send({ name: 'd'.repeat(64), bytes: Buffer.alloc(64 * 1024 * 1024 + 1) })).status).toBe(413)
  })

  it('refuses cyclic and foreign terms, wrong bounds, lengths, proofs, names and digests', async () => {
    const { xorb } = await sendNew(9_000, 8_500, 10_000)
    const file = forge.shard({ terms: [whole(xorb)] })
    const fileName = file.subarray(48, 80)
    const itself = Buffer.from(fileName).swap64().toString('hex')
    const term = whole(xorb)
    const lies: Record<string, [Buffer, string]> = {
      'a file made of itself': [
        forge.shard({ terms: [{ xorb: itself, start: 0, end: 1 }], name: fileName }),
        'not stored',
      ],
      'a xorb of nobody': [
        forge.shard({ terms: [{ xorb: 'e'.repeat(64), start: 0, end: 1 }], name: fileName }),
        'not stored',
      ],
      'chunks behind the end': [forge.shard({ terms: [{ ...term, end: 4 }] }), 'outside of a xorb'],
      'an empty term': [forge.shard({ terms: [{ ...term, start: 1, end: 1 }], name: fileName }), 'outside of a xorb'],
      'a term turned round': [
        forge.shard({ terms: [{ ...term, start: 2, end: 1 }], name: fileName }),
        'outside of a xorb',
      ],
      'another length': [forge.shard({ terms: [{ ...term, rawBytes: 1 }] }), 'another length'],
      'another proof': [forge.shard({ terms: [{ ...term, proof: randomBytes(32) }] }), 'does not prove'],
      'no proofs': [withoutProofs(file, 1), 'does not prove'],
      'another name': [forge.shard({ terms: [term], name: randomBytes(32) }), 'hash it was sent under'],
      'a reserved name': [forge.shard({ terms: [term], name: Buffer.alloc(32) }), 'reserved name'],
      'another SHA-256': [forge.shard({ terms: [term], sha256: 'f'.repeat(64) }), 'SHA-256'],
      'a file beyond all disks': [
        forge.shard({ terms: Array.from({ length: 200 }, () => ({ ...term, rawBytes: 0xffffffff })) }),
        'larger than this server takes',
      ],
      'no shard': [Buffer.from('hello'), 'shard'],
      'another version': [flip(file, 32), 'version 2'],
      'a cut shard': [file.subarray(0, -48), 'ends in the middle'],
    }
    for (const [name, [shard, text]] of Object.entries(lies)) {
      const [status, body, code] = await answerOf(await mine.register(shard))
      expect([status, body, code], name).toEqual([400, expect.stringContaining(text), 'XetInvalid'])
    }
    const path = `/v1/reconstructions/${itself}`
    expect((await mine.get(path)).status, 'nothing of a refused shard stays').toBe(404)
  })

  it('[S5] opens no door to the chunks of another tenant', async () => {
    const lazy = forge.shard({ terms: [{ ...whole(secretXorb), proof: randomBytes(32) }] })
    expect(await answerOf(await mine.register(lazy))).toMatchObject([
      400,
      expect.stringContaining('does not prove'),
      {},
    ])
    const file = Buffer.from(forge.shard({ terms: [whole(secretXorb)] }).subarray(48, 80))
      .swap64()
      .toString('hex')
    for (const version of ['v1', 'v2']) {
      expect((await mine.get(`/${version}/reconstructions/${file}`)).status).toBe(404)
      expect((await theirs.get(`/${version}/reconstructions/${file}`)).status, 'another repository of hers').toBe(404)
    }
  })

  it('[S5] answers probes of another tenant as for what nobody has', async () => {
    const chunk = secretXorb.chunks[0]?.hash as Uint8Array
    const probe = `/v1/chunks/default/${Buffer.from(chunk).swap64().toString('hex')}`
    const reader = await openXet(server.url, mallory, 'models/ada/open', 'read')
    const proposer = await openProposer()
    for (const doors of [mine, reader, proposer]) {
      expect((await doors.get(probe)).status).toBe(404)
      const head = await fetch(`${doors.casUrl}/v1/xorbs/default/${secretXorb.name}`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${doors.token}` },
      })
      expect(head.status).toBe(404)
    }
    expect((await theirs.get(probe)).status, 'she herself finds it').toBe(200)
    const fresh = forge.xorb(randomBytes(9_000))
    const [known, unknown] = [await mine.send(secretXorb), await mine.send(fresh)]
    expect(await known.text()).toBe(await unknown.text())
  })

  /** A token for proposing changes to a repository of somebody else. */
  async function openProposer(): Promise<XetDoors> {
    const answer = await mallory.ask<{ accessToken: string; casUrl: string }>(
      'GET',
      '/api/models/ada/open/xet-write-token/main?create_pr=1',
    )
    expect(answer.status).toBe(200)
    return xetDoors(answer.body.casUrl, answer.body.accessToken)
  }

  it('refuses forged, foreign and misused tokens', async () => {
    const read = await openXet(server.url, mallory, 'models/mallory/store', 'read')
    const xorb = forge.xorb(randomBytes(9_000))
    expect(await answerOf(await read.send(xorb))).toMatchObject([403, {}, 'InsufficientScope'])
    const [payload = '', signature = ''] = mine.token.split('.')
    const changed = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), exp: 9e9 }),
    ).toString('base64url')
    const forged = [
      `${changed}.${signature}`,
      `${payload}.${'A'.repeat(43)}`,
      payload,
      '',
      `${payload}.`,
      'x'.repeat(9_000),
    ]
    for (const token of forged) {
      const doors = xetDoors(mine.casUrl, token)
      expect((await doors.send(xorb)).status, token.slice(0, 80)).toBe(401)
      expect((await doors.get(`/v2/reconstructions/${'a'.repeat(64)}`)).status).toBe(401)
    }
    expect((await xetDoors(mine.casUrl, mallory.token).send(xorb)).status, 'an access token is none').toBe(401)
  })

  it('refuses forged links: of other spans, other xorbs, later ends, other signatures', async () => {
    const { xorb } = await sendNew(9_000, 8_500)
    const other = await sendNew(9_000)
    const shard = forge.shard({ terms: [{ xorb, start: 0, end: 1 }] })
    expect((await mine.register(shard)).status).toBe(200)
    const name = Buffer.from(shard.subarray(48, 80)).swap64().toString('hex')
    const plan = (await (await mine.get(`/v1/reconstructions/${name}`)).json()) as {
      fetch_info: Record<string, { url: string }[]>
    }
    const link = plan.fetch_info[xorb.name]?.[0]?.url ?? ''
    expect((await fetch(link)).status).toBe(206)
    expect((await fetch(link, { headers: { authorization: 'Bearer nonsense' } })).status).toBe(206)
    const forgeries = [
      link.replace(/\/0-\d+\?/, `/0-${xorb.bytes.length - 1}?`),
      link.replace(xorb.name, other.xorb.name),
      link.replace(/expires=(\d+)/, (_, at) => `expires=${Number(at) + 60}`),
      link.replace(/signature=.*/, 'signature='),
      link.replace(/signature=.{4}/, 'signature=AAAA'),
    ]
    for (const url of forgeries) {
      expect(url).not.toBe(link)
      const [status, , code] = await answerOf(await fetch(url))
      expect([status, code], url).toEqual([403, 'XetLinkInvalid'])
    }
    expect((await fetch(link.replace(/\/0-\d+\?/, '/0-99999999999?'))).status).toBe(400)
  })
})

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

/** The same shard without its proofs: their flag unset, their records gone. */
function withoutProofs(shard: Buffer, terms: number): Buffer {
  const bare = Buffer.concat([shard.subarray(0, 96 + terms * 48), shard.subarray(96 + terms * 96)])
  bare.writeUInt32LE(0, 48 + 32)
  return bare
}
