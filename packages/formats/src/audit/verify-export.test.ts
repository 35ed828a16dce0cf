import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { AUDIT_GENESIS, type AuditEvent, commitTo, eventText, hashEvent, type UnchainedEvent } from './audit-event.js'
import { canonicalJson } from './canonical-json.js'
import { type AuditCheckpoint, signCheckpoint } from './checkpoint.js'
import { merkleRoot } from './merkle-root.js'
import { AUDIT_EXPORT_FORMAT, type AuditVerdict, type VerifyOptions, verifyAuditExport } from './verify-export.js'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const pem = String(publicKey.export({ format: 'pem', type: 'spki' }))
const KEY = 'ab'.repeat(32)

function makeEvent(seq: number, prevHash: string): AuditEvent {
  const unchained: UnchainedEvent = {
    id: `id-${seq}`,
    ts: `2026-11-21T12:00:0${seq % 10}.000Z`,
    chain: 'acme',
    actor: { type: 'user', id: 'u1', name: { ref: 'u1:actor.name', commit: commitTo(KEY, 'actor.name', 'ann') } },
    action: 'repo.create',
    target: { type: 'model', id: `m${seq}`, name: `acme/m${seq}` },
    outcome: 'success',
    ...(seq % 2 === 0 ? { request_id: `r${seq}`, after: { visibility: 'private' } } : {}),
  }
  const [start, middle, end] = eventText(unchained)
  const event = JSON.parse(`${start}${prevHash}${middle}${seq}${end}`) as AuditEvent
  return { ...event, hash: hashEvent(event) }
}

function makeChain(count: number): AuditEvent[] {
  const events: AuditEvent[] = []
  for (let seq = 1; seq <= count; seq++) events.push(makeEvent(seq, events.at(-1)?.hash ?? AUDIT_GENESIS))
  return events
}

function checkpointOf(events: readonly AuditEvent[]): AuditCheckpoint {
  const [first, last] = [events[0] as AuditEvent, events.at(-1) as AuditEvent]
  const root = merkleRoot(events.map((event) => Buffer.from(event.hash, 'hex'))).toString('hex')
  const range = { first_seq: first.seq, last_seq: last.seq, root, head_hash: last.hash }
  return signCheckpoint({ chain: 'acme', ...range, ts: '2026-11-21T13:00:00.000Z', key_id: 'k' }, privateKey)
}

const EVENTS = makeChain(9)
const CHECKPOINTS = [checkpointOf(EVENTS.slice(0, 4)), checkpointOf(EVENTS.slice(4, 7))]
const open = { 'u1:actor.name': { value: 'ann', key: KEY } }

interface Lines {
  readonly events?: readonly AuditEvent[]
  readonly checkpoints?: readonly AuditCheckpoint[]
  readonly lastSeq?: number
  readonly end?: number
}

function linesOf({ events = EVENTS, checkpoints = CHECKPOINTS, lastSeq, end }: Lines = {}): object[] {
  const last = events.at(-1)?.seq ?? 0
  const manifest = { type: 'manifest', format: AUDIT_EXPORT_FORMAT, chain: 'acme', first_seq: 1, public_key: pem }
  return [
    { ...manifest, last_seq: lastSeq ?? last, exported_at: '' },
    ...events.flatMap((event) => [
      { type: 'event', event, open },
      ...checkpoints
        .filter((one) => one.last_seq === event.seq)
        .map((checkpoint) => ({ type: 'checkpoint', checkpoint })),
    ]),
    { type: 'end', events: end ?? events.length },
  ]
}

function verify(lines: readonly object[], options?: VerifyOptions): Promise<AuditVerdict> {
  async function* text(): AsyncGenerator<string> {
    for (const line of lines) yield JSON.stringify(line)
  }
  return verifyAuditExport(text(), options)
}

const change = (at: number, patch: object): AuditEvent[] =>
  EVENTS.map((event, index) => (index === at ? { ...event, ...patch } : event))

describe('an audit export', () => {
  test('that is whole is valid, and says how much is signed and shown', async () => {
    expect(await verify(linesOf())).toMatchObject({
      isValid: true,
      events: 9,
      lastSeq: 9,
      checkpoints: 2,
      signedToSeq: 7,
      shownValues: 9,
      blankValues: 0,
    })
  })

  test('with destroyed values is valid still', async () => {
    const lines = linesOf().map((line) => ('open' in line ? { ...line, open: {} } : line))
    expect(await verify(lines)).toMatchObject({ isValid: true, blankValues: 9 })
  })

  test('with one edited byte names the event', async () => {
    const edited = await verify(linesOf({ events: change(4, { action: 'repo.delete' }) }))
    expect(edited.problem).toEqual({ seq: 5, text: 'it was edited: its hash is another' })
  })

  test('with an edited event and a made-up hash breaks at the next one', async () => {
    const forged = change(4, { action: 'repo.delete' })
    forged[4] = { ...(forged[4] as AuditEvent), hash: hashEvent(forged[4] as AuditEvent) }
    expect((await verify(linesOf({ events: forged }))).problem).toMatchObject({ seq: 6 })
  })

  test('rewritten from one event on, with every hash made anew, contradicts the signed checkpoint', async () => {
    const rewritten: AuditEvent[] = []
    for (const event of change(2, { action: 'repo.delete' })) {
      const moved = { ...event, prev_hash: rewritten.at(-1)?.hash ?? AUDIT_GENESIS }
      rewritten.push({ ...moved, hash: hashEvent(moved) })
    }
    expect((await verify(linesOf({ events: rewritten }))).problem).toMatchObject({ seq: 1 })
    const resigned = linesOf({ events: rewritten, checkpoints: [] })
    expect(await verify(resigned)).toMatchObject({ isValid: true })
    const witness = CHECKPOINTS[0] as AuditCheckpoint
    expect((await verify(resigned, { witness })).problem?.text).toContain('the chain was rewritten')
  })

  test('with an event left out, or two swapped, names the first wrong number', async () => {
    const without = EVENTS.filter((event) => event.seq !== 6)
    expect((await verify(linesOf({ events: without }))).problem).toMatchObject({ seq: 6 })
    const swapped = EVENTS.map((event, at) => (at === 2 ? EVENTS[3] : at === 3 ? EVENTS[2] : event) as AuditEvent)
    expect((await verify(linesOf({ events: swapped }))).problem).toMatchObject({ seq: 3 })
  })

  test('that lost its end is found out by its last line, its manifest, its checkpoints and a witness', async () => {
    const cut = EVENTS.slice(0, 6)
    expect((await verify(linesOf().slice(0, -1))).problem?.text).toContain('its last line is missing')
    expect((await verify(linesOf({ events: cut, lastSeq: 9 }))).problem?.text).toContain('the manifest promises')
    const honestLooking = linesOf({ events: cut, checkpoints: CHECKPOINTS.slice(0, 1) })
    expect(await verify(honestLooking)).toMatchObject({ isValid: true })
    const witness = CHECKPOINTS[1] as AuditCheckpoint
    expect((await verify(honestLooking, { witness })).problem?.text).toContain('a witness saw events up to 7')
  })

  test('signed by another key, or with a shown value changed, is not valid', async () => {
    const other = generateKeyPairSync('ed25519').publicKey
    expect((await verify(linesOf(), { publicKey: other })).problem?.text).toContain('not signed by this key')
    const lines = linesOf().map((line) => JSON.parse(JSON.stringify(line).replaceAll('"value":"ann"', '"value":"eve"')))
    expect((await verify(lines)).problem).toMatchObject({ seq: 1 })
  })

  test.each([
    ['nothing', []],
    ['another format', [{ type: 'manifest', format: 'x', first_seq: 1, last_seq: 1, public_key: pem }]],
    ['lines after the end', [...linesOf(), { type: 'end', events: 0 }]],
    ['another chain', linesOf({ events: change(0, { chain: 'other' }) })],
    ['a wrong count', linesOf({ end: 3 })],
  ])('%s is no valid export', async (_, lines) => {
    expect((await verify(lines)).isValid).toBe(false)
  })
})

describe('canonical JSON and Merkle roots', () => {
  test('members are sorted by code units, at every depth (RFC 8785 §3.2.3)', () => {
    const value = { '\u20ac': 'Euro', '\r': 'CR', 1: [{ b: 1, a: null }], '\u{1f600}': true, '\u00f6': 0.000001 }
    expect(canonicalJson(value)).toBe('{"\\r":"CR","1":[{"a":null,"b":1}],"ö":0.000001,"€":"Euro","😀":true}')
    expect(() => canonicalJson(Number.NaN)).toThrow('infinite')
  })

  test('roots are those of RFC 6962', () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    expect(merkleRoot([]).toString('hex')).toBe(empty)
    const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
    const roots = [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    ]
    const bytes = leaves.map((hex) => Buffer.from(hex, 'hex'))
    for (const [at, root] of roots.entries()) expect(merkleRoot(bytes.slice(0, at + 1)).toString('hex')).toBe(root)
    expect(merkleRoot(bytes).toString('hex')).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328')
  })
})
