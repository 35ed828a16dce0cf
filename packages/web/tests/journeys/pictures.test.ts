import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openWorld, phone, type World } from '../world.js'

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(() => world?.close())

it('[C1] a picture is chosen for a person and an organisation, shown, and taken away', async () => {
  for (const path of ['/settings/profile', '/organizations/lumen/settings/profile']) {
    const page = await world.open(path, { as: 'nova' })
    const choose = page.getByTestId('choose-picture')
    await choose.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(PIXEL, 'base64') })
    await page.getByText('The picture was saved.').waitFor()
    const shown = page.locator('main img[src^="/avatars/"]').first()
    await expect.poll(() => shown.getAttribute('src')).toMatch(/\/avatars\/[^/]+\/[^/]+\.(webp|png)$/)
    await expect.poll(() => shown.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1)
    await choose.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('<svg/>') })
    await page.getByText('This file cannot be shown as a picture.').waitFor()
    await page.getByRole('button', { name: 'Remove the picture' }).click()
    await page.getByText('The picture was removed.').waitFor()
  }
})

it('[C1] the audit page of an organisation shows when the platform opened it', async () => {
  const path = '/organizations/lumen/settings/audit'
  const page = await world.open(path, { as: 'nova' })
  await page.getByText('Nobody who runs the platform has opened what is private here.').waitFor()
  const root = await world.open('/admin/emergency', { as: 'root' })
  await root.getByText('Opening is for operators and trust leads.').waitFor()
  const { kit } = world.server.running
  const accounts = await kit.db.selectFrom('accounts.accounts').select(['id', 'name']).execute()
  const idOf = (name: string): string => accounts.find((one) => one.name === name)?.id ?? ''
  const createdAt = kit.clock.now()
  await kit.write(async (tx) => {
    const opening = { userId: idOf('root'), orgId: idOf('lumen'), reason: 'keys leaked', createdAt }
    const expiresAt = new Date(createdAt.getTime() + 3_600_000)
    await tx
      .insertInto('accounts.breakGlass')
      .values({ id: kit.ids.next(), ...opening, expiresAt })
      .execute()
    const target = { type: 'org', id: idOf('lumen') }
    await kit.audit.record(tx, { chain: idOf('lumen'), action: 'admin.break_glass', target })
  })
  for (const options of [{}, phone]) {
    const again = await world.open(path, { as: 'nova', ...options })
    await again.getByRole('cell', { name: 'keys leaked' }).waitFor()
  }
})
