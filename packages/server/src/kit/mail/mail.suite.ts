import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestClock } from '../clock.js'
import type { Database } from '../db/database.js'
import { openMigratedServerDatabase, openTestDatabase } from '../db/test-database.js'
import { createIds } from '../ids.js'
import { createJobs, type Jobs } from '../jobs/jobs.js'
import { silentLog } from '../log.js'
import { createMail, type Mail, type NewLetter } from './mail.js'
import type { MailCarrier } from './port.js'

/** A letter as the person at the other end has it. */
export interface Arrived {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly messageId: string | null
}

/** One way of carrying, with a view of what arrived. */
export interface CarrierUnderTest {
  readonly carrier: MailCarrier
  /** Letters that reached their reader; `house` is the sending side. */
  arrived(house: MailHouse): Promise<Arrived[]>
  close(): Promise<void>
}

/** A database with mail, without the rest of the server. */
export interface MailHouse {
  readonly database: Database
  readonly clock: ReturnType<typeof createTestClock>
  readonly jobs: Jobs
  readonly mail: Mail
  post(...letters: NewLetter[]): Promise<readonly NewLetter[]>
  close(): Promise<void>
}

export const letterTo = (to: string, more: Partial<NewLetter> = {}): NewLetter => ({
  kind: 'test.letter',
  to,
  subjectId: null,
  subject: 'Confirm your address',
  paragraphs: ['Hello,', 'press the button.'],
  action: { label: 'Confirm', url: 'https://stoa.example/confirm#secret-in-the-link' },
  closing: 'You did not ask for this? Do nothing.',
  ...more,
})

const instanceKey = randomBytes(32)
/** The same on both databases, as everywhere. */
const serverUrl = process.env['STOA_TEST_DATABASE_URL'] ?? ''
export const openMailDatabase = (): Promise<Database> =>
  serverUrl === '' ? openTestDatabase() : openMigratedServerDatabase(serverUrl)

/** With `shared` the house stands on a database that somebody else closes. */
export async function openMailHouse(
  carrier: MailCarrier,
  shared?: { readonly database: Database; readonly clock?: MailHouse['clock'] },
): Promise<MailHouse> {
  const database = shared?.database ?? (await openMailDatabase())
  const clock = shared?.clock ?? createTestClock(new Date('2026-11-20T12:00:00Z'))
  const ids = createIds(clock)
  const ground = { db: database.db, write: database.write, clock, ids, log: silentLog }
  const jobs = createJobs(ground)
  const mail = createMail({
    ...ground,
    jobs,
    carrier,
    instanceKey,
    keepDays: 7,
    publicUrl: () => 'https://stoa.example',
  })
  return {
    database,
    clock,
    jobs,
    mail,
    post: (...letters) => database.write((tx) => mail.post(tx, letters)),
    close: async () => {
      await jobs.stop()
      if (!shared) await database.close()
    },
  }
}

/** What every way of carrying promises. */
export function describeMail(name: string, open: () => Promise<CarrierUnderTest>): void {
  describe(`letters: ${name}`, () => {
    let under: CarrierUnderTest
    let house: MailHouse
    beforeAll(async () => {
      under = await open()
      house = await openMailHouse(under.carrier)
    })
    afterAll(async () => {
      await house.close()
      await under.close()
    })
    const arrivedFor = async (to: string): Promise<Arrived[]> => {
      await house.jobs.drained()
      return (await under.arrived(house)).filter((letter) => letter.to === to)
    }

    it('reach their reader as they were written, once', async () => {
      await house.post(letterTo('ann@example.org', { subject: 'Grüße – 你好', paragraphs: ['Ä line.'] }))
      const letters = await arrivedFor('ann@example.org')
      expect(letters).toHaveLength(1)
      expect(letters[0]?.subject).toBe('Grüße – 你好')
      expect(letters[0]?.text).toContain('Ä line.')
      expect(letters[0]?.text).toContain('https://stoa.example/confirm#secret-in-the-link')
      expect(await arrivedFor('ann@example.org')).toHaveLength(1)
    })

    it('are not written when the change they tell of is undone', async () => {
      const undone = house.database.write(async (tx) => {
        await house.mail.post(tx, [letterTo('undone@example.org')])
        throw new Error('undone')
      })
      await expect(undone).rejects.toThrow('undone')
      expect(await arrivedFor('undone@example.org')).toEqual([])
    })

    it('cannot be made to hold another header or another recipient', async () => {
      const hostile = [
        'a@example.org\r\nBcc: victim@example.org',
        'a@example.org, victim@example.org',
        '"a b"@example.org',
        'Ann <a@example.org>',
        'a@example.org\u0000',
        'a@[127.0.0.1]',
        `${'a'.repeat(65)}@example.org`,
      ]
      expect(await house.post(...hostile.map((to) => letterTo(to)))).toEqual([])
      const subject = 'One\r\nBcc: victim@example.org\r\n\r\nbody \u202egnp.exe'
      await house.post(letterTo('bob@example.org', { subject, paragraphs: ['<script>x</script>\r\n.\r\nQUIT'] }))
      const [letter] = await arrivedFor('bob@example.org')
      expect(letter?.subject).toBe('One Bcc: victim@example.org body gnp.exe')
      expect(letter?.text).toContain('<script>x</script> . QUIT')
      expect(await arrivedFor('victim@example.org')).toEqual([])
    })

    it('are not more than one person can bear', async () => {
      const many = Array.from({ length: 10 }, () => letterTo('Busy@example.org'))
      expect(await house.post(...many)).toHaveLength(6)
      expect(await house.post(letterTo('busy@EXAMPLE.org'))).toEqual([])
      house.clock.advanceMs(3_600_001)
      expect(await house.post(letterTo('busy@example.org'))).toHaveLength(1)
      for (let hour = 0; hour < 4; hour++) {
        house.clock.advanceMs(3_600_001)
        await house.post(...many)
      }
      expect((await arrivedFor('Busy@example.org')).length + (await arrivedFor('busy@example.org')).length).toBe(20)
    })

    it('are taken back with their link, and are not sent once it ended', async () => {
      await house.post(letterTo('gone@example.org', { about: 'link-1' }))
      await house.database.write((tx) => house.mail.withdraw(tx, ['link-1']))
      expect(await arrivedFor('gone@example.org')).toEqual([])
      const worthlessAt = new Date(house.clock.now().getTime() + 1_000)
      await house.post(letterTo('late@example.org', { worthlessAt }))
      house.clock.advanceMs(2_000)
      expect(await arrivedFor('late@example.org')).toEqual([])
    })

    it('lie sealed, and what they said is forgotten a week after they left', async () => {
      await house.post(letterTo('sealed@example.org', { about: 'sealed' }))
      await house.jobs.drained()
      const find = () =>
        house.database.db.selectFrom('kit.letters').selectAll().where('about', '=', 'sealed').executeTakeFirstOrThrow()
      const row = await find()
      const raw = Buffer.concat([row.bodySealed ?? Buffer.alloc(0), row.recipientSealed ?? Buffer.alloc(0)])
      expect(raw.includes('secret-in-the-link') || raw.includes('sealed@example.org')).toBe(false)
      if (row.state === 'waiting') await house.database.write((tx) => house.mail.outbox.handOver(tx, row.id))
      const sweep = async (days: number): Promise<void> => {
        house.clock.advanceMs(days * 24 * 3_600_000)
        await house.database.write((tx) => house.jobs.enqueue(tx, 'kit.mail.sweep', {}))
        await house.jobs.drained()
      }
      await sweep(6)
      expect((await find()).bodySealed).not.toBeNull()
      await sweep(2)
      expect(await find()).toMatchObject({ bodySealed: null, recipientSealed: null })
      await sweep(90)
      await expect(find()).rejects.toThrow()
    })
  })
}
