import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openWorld, type World } from '../world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(() => world?.close())

it('[R1] a reader asks for access, the owner lets them in, and they download; turned down, they learn why', async () => {
  const owner = await world.open('/lumen/tiny-sentiment/settings', { as: 'nova' })
  await owner.getByText('Those you let in').click()
  await owner.getByText('Access to files changed.').waitFor()

  const visitor = await world.open('/lumen/tiny-sentiment')
  await visitor.getByRole('heading', { name: 'You need access to read these files' }).waitFor()
  await visitor.getByRole('main').getByRole('link', { name: 'Sign in' }).waitFor()

  const reader = await world.open('/lumen/tiny-sentiment', { as: 'sam' })
  const file = '/lumen/tiny-sentiment/resolve/main/README.md'
  expect((await reader.request.get(file)).status()).toBe(403)
  await reader.getByRole('button', { name: 'Ask for access' }).click()
  await reader.getByText('Its owner has not decided yet').waitFor()
  await reader.goto('/settings/gated-repos')
  await reader
    .getByRole('row', { name: /lumen\/tiny-sentiment/ })
    .getByText('Waiting')
    .waitFor()

  await owner.reload()
  const row = owner.getByRole('row', { name: /sam/ })
  await row.getByRole('button', { name: 'Let in' }).click()
  await owner.getByText('sam: decided.').waitFor()
  await reader.goto('/lumen/tiny-sentiment')
  await reader.getByText('You were let in to this repository.').waitFor()
  const download = reader.waitForEvent('download')
  await reader.evaluate((path) => {
    const link = document.createElement('a')
    link.href = path
    link.download = ''
    document.body.append(link)
    link.click()
  }, `${file}?download=true`)
  expect(readFileSync(await (await download).path(), 'utf8').length).toBeGreaterThan(0)

  await owner.getByRole('button', { name: /^Let in \(1\)/ }).click()
  await owner.getByRole('row', { name: /sam/ }).getByRole('button', { name: 'Turn down' }).click()
  await owner.getByLabel('Reason').fill('Wrong use')
  await owner.getByRole('dialog').getByRole('button', { name: 'Turn down' }).click()
  await owner.getByText('sam: decided.').last().waitFor()
  await reader.reload()
  await reader.getByText('Reason: Wrong use').waitFor()
  expect((await reader.request.get(file)).status()).toBe(403)
})

it('says where letters about requests go and how often, and asks members too', async () => {
  const page = await world.open('/lumen/tiny-sentiment/settings', { as: 'nova' })
  const address = page.getByLabel('Where the letters go', { exact: false }).last()
  await address.fill('gate@lab.example')
  await page.getByRole('form', { name: 'Where the letters go' }).getByRole('button', { name: 'Save' }).click()
  await page.getByText('Changed.').first().waitFor()
  await page.getByText('At once', { exact: true }).click()
  const members = page.getByLabel('Members of the organisation who may not write ask too')
  await members.click()
  await expect.poll(() => members.isChecked()).toBe(true)
  await page.reload()
  await expect.poll(() => address.inputValue()).toBe('gate@lab.example')
  expect(await page.getByRole('radio', { name: /At once/ }).isChecked()).toBe(true)
  expect(await members.isChecked()).toBe(true)
  const answer = await page.request.get('/api/models/lumen/tiny-sentiment/settings')
  expect(await answer.json()).toMatchObject({
    gatedNotificationsMode: 'real-time',
    gatedNotificationsEmail: 'gate@lab.example',
    orgMembersGated: true,
  })
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})

it('shows what an account stores and may store', async () => {
  const page = await world.open('/settings/storage', { as: 'nova' })
  await page
    .getByText(/no limit/)
    .first()
    .waitFor()
  await page.getByLabel('Account', { exact: true }).selectOption('lumen')
  await page.getByRole('row', { name: /lumen\/tiny-llama/ }).waitFor()
})
