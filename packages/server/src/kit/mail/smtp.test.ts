import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../db/database.js'
import { letterTo, type MailHouse, openMailDatabase, openMailHouse } from './mail.suite.js'
import { createSmtpCarrier } from './smtp.js'
import { parseSmtpAddress } from './smtp-address.js'
import { headerOf, openSmtpSink, type SmtpSink } from './smtp-sink.js'

const from = { name: 'Stoa', address: 'stoa@stoa.example' }
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Databases of tests before, emptied: making one takes longer than most tests here. */
const free: Database[] = []
afterAll(async () => {
  for (const database of free) await database.close()
})

async function takeDatabase(): Promise<Database> {
  const database = free.pop() ?? (await openMailDatabase())
  closers.push(async () => {
    await database.pool.query('truncate kit.jobs, kit.letters cascade')
    free.push(database)
  })
  return database
}

async function open(
  options: SMTPServerOptions,
  address: (port: number) => string,
  ca?: string,
): Promise<{ sink: SmtpSink; house: MailHouse }> {
  const sink = await openSmtpSink(options)
  closers.push(() => sink.close())
  const parsed = parseSmtpAddress(address(sink.port))
  if (!parsed) throw new Error('no address')
  const carrier = createSmtpCarrier({
    address: parsed,
    from,
    helloName: () => 'stoa.example',
    ...(ca === undefined ? {} : { ca }),
  })
  const house = await openMailHouse(carrier, { database: await takeDatabase() })
  closers.push(() => house.close())
  return { sink, house }
}

const plain = (port: number): string => `smtp://127.0.0.1:${port}?tls=none`
const lettersOf = (house: MailHouse) => house.mail.outbox.list({ isOpen: false, limit: 10 })
const refusal = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })

let key = ''
let cert = ''
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-cert-'))
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'cert')]
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    ...['-nodes', '-days', '2', ...subject, ...files],
  ])
  key = await readFile(join(folder, 'key'), 'utf8')
  cert = await readFile(join(folder, 'cert'), 'utf8')
  await rm(folder, { recursive: true })
})

describe('a real mail server', () => {
  it('is spoken to through STARTTLS with the password, and gets one plain and one HTML part', async () => {
    const auth: SMTPServerOptions['onAuth'] = (given, _session, done) =>
      given.username === 'stoa' && given.password === 'p@ss word'
        ? done(null, { user: 'stoa' })
        : done(new Error('wrong'))
    const { sink, house } = await open(
      { key, cert, authOptional: false, onAuth: auth },
      (port) => `smtp://stoa:p%40ss%20word@localhost:${port}?tls=required`,
      cert,
    )
    await house.post(letterTo('ann@example.org'))
    await house.jobs.drained()
    const [letter] = sink.letters
    expect(letter).toMatchObject({ from: from.address, to: ['ann@example.org'], isSecure: true, user: 'stoa' })
    expect(letter?.raw).toContain('multipart/alternative')
    expect(letter && headerOf(letter, 'Auto-Submitted')).toBe('auto-generated')
    expect(letter && headerOf(letter, 'From')).toBe('Stoa <stoa@stoa.example>')
    expect(letter && headerOf(letter, 'Message-ID')).toMatch(/^<[0-9a-f]{24}@stoa\.example>$/)
  })

  it('on this machine is spoken to through STARTTLS when it has it, whatever its certificate, else in the clear', async () => {
    const secure = await open({}, (port) => `smtp://127.0.0.1:${port}`)
    const bare = await open({ disabledCommands: ['STARTTLS'] }, (port) => `smtp://127.0.0.1:${port}`)
    for (const { house } of [secure, bare]) {
      await house.post(letterTo('ann@example.org'))
      await house.jobs.drained()
    }
    expect([secure, bare].map(({ sink }) => sink.letters.map(({ isSecure }) => isSecure))).toEqual([[true], [false]])
  })

  it('gets nothing when it offers no STARTTLS, shows a certificate of nobody, or refuses the password; the admin reads why', async () => {
    const bare = await open({ disabledCommands: ['STARTTLS'] }, (port) => `smtp://localhost:${port}?tls=required`)
    const unknown = await open({ key, cert }, (port) => `smtp://localhost:${port}?tls=required`)
    const locked = await open(
      { onAuth: (_auth, _session, done) => done(refusal(535, '5.7.8 Authentication failed')), allowInsecureAuth: true },
      (port) => `smtp://stoa:secret-password@127.0.0.1:${port}?tls=none`,
    )
    for (const { sink, house } of [bare, unknown, locked]) {
      await house.post(letterTo('ann@example.org'))
      await house.jobs.drained()
      expect(sink.letters).toEqual([])
      const [letter] = await lettersOf(house)
      expect(letter).toMatchObject({ state: 'queued', attempts: 1 })
      expect(letter?.error?.length).toBeGreaterThan(5)
      expect(letter?.error).not.toContain('secret-password')
    }
  })

  it('is asked again later when it says later, with the same Message-ID, and no more when it says never', async () => {
    const seen: string[] = []
    const { sink, house } = await open(
      {
        onRcptTo: ({ address }, _session, done) => {
          seen.push(address)
          if (address.startsWith('never')) return done(refusal(550, '5.1.1 <never@example.org> is unknown'))
          return seen.filter((one) => one === address).length < 3 ? done(refusal(451, '4.7.1 Greylisted')) : done()
        },
      },
      plain,
    )
    await house.post(letterTo('later@example.org'), letterTo('never@example.org'))
    await house.jobs.drained()
    expect(seen.sort()).toEqual(['later@example.org', 'never@example.org'])
    const states = async () =>
      Object.fromEntries((await lettersOf(house)).map((one) => [one.to, [one.state, one.attempts]]))
    expect(await states()).toEqual({ 'later@example.org': ['queued', 1], 'never@example.org': ['failed', 1] })
    const failed = (await lettersOf(house)).find((one) => one.state === 'failed')
    expect(failed?.error).toBe('550 5.1.1 <the recipient> is unknown')
    for (const ms of [60_001, 120_001]) {
      house.clock.advanceMs(ms)
      await house.jobs.drained()
    }
    expect(await states()).toMatchObject({ 'later@example.org': ['sent', 3] })
    expect(sink.letters).toHaveLength(1)
    await house.database.write((tx) => house.mail.outbox.retry(tx, failed?.id ?? ''))
    await house.jobs.drained()
    expect(seen.filter((one) => one === 'never@example.org')).toHaveLength(2)
  })

  it('is given up after a day', async () => {
    const { house } = await open({ onRcptTo: (_to, _session, done) => done(refusal(451, '4.3.0 Not now')) }, plain)
    await house.post(letterTo('ann@example.org'))
    for (let hour = 0; hour < 20; hour++) {
      await house.jobs.drained()
      house.clock.advanceMs(4 * 3_600_001)
    }
    expect(await lettersOf(house)).toMatchObject([{ state: 'failed', attempts: 14 }])
  }, 20_000)

  it('gets a letter again, recognisably the same, when its sender died before writing down that it left', async () => {
    const { sink, house } = await open({}, plain)
    await house.post(letterTo('twice@example.org'))
    // The end of the attempt cannot be written: the server died.
    let die: () => void = () => {}
    const died = new Promise<void>((resolve) => {
      die = resolve
    })
    const broken = await openMailHouse(
      {
        kind: 'smtp',
        carry: async (letter) => {
          const address = parseSmtpAddress(plain(sink.port))
          if (!address) throw new Error('no address')
          await createSmtpCarrier({ address, from, helloName: () => 'x' }).carry(letter)
          await house.database.db.updateTable('kit.jobs').set({ state: 'failed' }).execute()
          die()
          return new Promise<never>(() => {})
        },
      },
      house,
    )
    void broken.jobs.drained()
    await died
    expect(sink.letters).toHaveLength(1)
    expect(await lettersOf(house)).toMatchObject([{ state: 'sending', attempts: 1 }])
    house.clock.advanceMs(6 * 60_000)
    await house.database.write((tx) => house.jobs.enqueue(tx, 'kit.mail.sweep', {}))
    await house.jobs.drained()
    expect(await lettersOf(house)).toMatchObject([{ state: 'sent', attempts: 2 }])
    expect(sink.letters).toHaveLength(2)
    const ids = sink.letters.map((letter) => headerOf(letter, 'Message-ID'))
    expect(ids[0]).toBe(ids[1])
  })

  it('may be away: letters wait', async () => {
    const { sink, house } = await open({}, plain)
    await sink.close()
    await house.post(letterTo('ann@example.org'))
    await house.jobs.drained()
    expect(await lettersOf(house)).toMatchObject([{ state: 'queued', attempts: 1 }])
    expect((await lettersOf(house))[0]?.error).toContain('ECONNREFUSED')
  })
})
