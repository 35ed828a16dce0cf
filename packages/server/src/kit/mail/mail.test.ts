import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../config.js'
import { isMailAddress, parseSender, plainLine } from './address.js'
import { retryDelayMs } from './deliver-letters.js'
import { describeMail, letterTo, openMailHouse } from './mail.suite.js'
import { createShownCarrier } from './shown.js'
import { createSmtpCarrier } from './smtp.js'
import { parseSmtpAddress } from './smtp-address.js'
import { headerOf, openSmtpSink, textOf } from './smtp-sink.js'
import { writeLetter } from './write-letter.js'

const from = { name: 'Stoa', address: 'stoa@stoa.example' }

describeMail('shown to the admin', async () => ({
  carrier: createShownCarrier(),
  close: async () => {},
  arrived: async ({ mail }) => {
    const waiting = (await mail.outbox.list({ isOpen: true, limit: 500 })).filter((one) => one.state === 'waiting')
    const read = await Promise.all(waiting.map(({ id }) => mail.outbox.read(id)))
    return read.flatMap((one) =>
      one ? [{ to: one.letter.to ?? '', subject: one.letter.subject ?? '', text: one.text, messageId: null }] : [],
    )
  },
}))

describeMail('SMTP', async () => {
  const sink = await openSmtpSink()
  const address = parseSmtpAddress(`smtp://127.0.0.1:${sink.port}?tls=none`)
  if (!address) throw new Error('no address')
  return {
    carrier: createSmtpCarrier({ address, from, helloName: () => 'stoa.example' }),
    close: () => sink.close(),
    arrived: async () =>
      sink.letters.map((letter) => ({
        to: letter.to.join(','),
        subject: headerOf(letter, 'Subject'),
        text: textOf(letter).replaceAll('\r\n', '\n'),
        messageId: headerOf(letter, 'Message-ID'),
      })),
  }
})

describe('letters that wait', () => {
  it('are read while they wait only, handed over once, and leave by themselves once a mail server is there', async () => {
    const house = await openMailHouse(createShownCarrier())
    try {
      await house.post(letterTo('one@example.org'), letterTo('two@example.org'))
      await house.jobs.drained()
      const listed = await house.mail.outbox.list({ isOpen: true, limit: 10 })
      expect(listed.map(({ to, state }) => [to, state]).sort()).toEqual([
        ['one@example.org', 'waiting'],
        ['two@example.org', 'waiting'],
      ])
      expect(await house.mail.outbox.counts()).toEqual([{ state: 'waiting', count: 2 }])
      const one = listed.find(({ to }) => to === 'one@example.org')?.id ?? ''
      const handOver = () => house.database.write((tx) => house.mail.outbox.handOver(tx, one))
      expect((await house.mail.outbox.read(one))?.text).toContain('#secret-in-the-link')
      expect([await handOver(), await handOver()]).toEqual([true, false])
      expect(await house.mail.outbox.read(one)).toBeNull()

      const sink = await openSmtpSink()
      const address = parseSmtpAddress(`smtp://127.0.0.1:${sink.port}?tls=none`)
      if (!address) throw new Error('no address')
      const carrier = createSmtpCarrier({ address, from, helloName: () => 'stoa.example' })
      const later = await openMailHouse(carrier, house)
      await later.mail.start()
      await later.jobs.drained()
      expect(sink.letters.map(({ to }) => to)).toEqual([['two@example.org']])
      await later.close()
      await sink.close()
    } finally {
      await house.close()
    }
  })
})

describe('addresses, settings and the form of letters', () => {
  it('takes addresses that are plain', () => {
    for (const good of ['a@b.de', 'first.last+tag@sub.example.org', "o'neil@example.org", 'a@localhost'])
      expect(isMailAddress(good)).toBe(true)
    for (const bad of ['', 'a', '@b.de', 'a@', 'a@-b.de', 'a@b..de', 'a b@c.de', 'a@b.de\n', 'ä@b.de', '<a@b.de>'])
      expect(isMailAddress(bad)).toBe(false)
    expect(plainLine('a\r\nb\u202e\u0000c   d')).toBe('a b c d')
  })

  it('reads senders and mail servers, and asks for STARTTLS on the way to other machines', () => {
    expect(parseSender('Stoa <stoa@example.org>')).toEqual({ name: 'Stoa', address: 'stoa@example.org' })
    expect(parseSender('stoa@example.org')).toEqual({ name: '', address: 'stoa@example.org' })
    for (const bad of ['Stoa', 'A\nB <a@b.de>', 'A <a@b.de> x', '<a@b.de', 'a@b.de, c@d.de'])
      expect(parseSender(bad)).toBeNull()
    expect(parseSmtpAddress('smtp://u:p%40ss@mail.example.org')).toEqual({
      host: 'mail.example.org',
      port: 587,
      tls: 'required',
      auth: { user: 'u', pass: 'p@ss' },
    })
    expect(parseSmtpAddress('smtps://mail.example.org')).toMatchObject({ port: 465, tls: 'direct', auth: null })
    expect(parseSmtpAddress('smtp://localhost:25')).toMatchObject({ port: 25, tls: 'optional' })
    for (const bad of ['http://x', 'smtp://', 'smtp://u:p@mail.example.org?tls=none', 'smtp://x?tls=maybe', 'nonsense'])
      expect(parseSmtpAddress(bad)).toBeNull()
  })

  it('refuses settings that could not send', () => {
    expect(() => readConfig({ STOA_SMTP_URL: 'smtp://mail.example.org' })).toThrow(ConfigError)
    expect(() => readConfig({ STOA_SMTP_URL: 'http://x', STOA_MAIL_FROM: 'a@b.de' })).toThrow('STOA_SMTP_URL')
    expect(readConfig({}).mail).toEqual({ smtp: null, keepDays: 7 })
  })

  it('escapes what it shows and loads nothing', () => {
    const { html } = writeLetter(letterTo('a@b.de', { paragraphs: ['<img src=x onerror=1> & "you"'] }))
    expect(html).toContain('&lt;img src=x onerror=1&gt; &amp; &quot;you&quot;')
    expect(html).not.toMatch(/<(img|script|link|iframe)|url\(|src=(?!x onerror)/)
  })

  it('waits longer after every attempt, four hours at most', () => {
    expect([1, 2, 3, 8, 9, 14].map(retryDelayMs)).toEqual([60e3, 120e3, 240e3, 7_680e3, 14_400e3, 14_400e3])
  })
})
