import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openWorld, password, phone, type World } from '../world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(() => world?.close())

it('[V1] a visitor creates an account, is told what is wrong at the field, and lands on their home', async () => {
  const page = await world.open('/')
  await page.getByRole('link', { name: 'Create account' }).first().click()
  await page.getByLabel('User name').fill('nova')
  await page.getByLabel('Password', { exact: true }).fill('short')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByText('Use at least 10 characters.').waitFor()
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.locator('[id$="-error"]').first().waitFor()
  await page.getByLabel('User name').fill('ines')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { name: /Hello, ines/ }).waitFor()
})

it('sends people who must sign in back to where they were going, never to another server', async () => {
  const page = await world.open('/billing/usage?period=week')
  await page.waitForURL(/\/login\?next=/)
  await page.getByLabel('Name or e-mail address').fill('sam')
  await page.getByLabel('Password', { exact: true }).fill('wrong wrong wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('[id$="-error"], [role=alert]').first().waitFor()
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(/\/billing\/usage\?period=week/)
  const hostile = await world.open('/login?next=https%3A%2F%2Fevil.test', { as: 'sam' })
  expect(new URL(hostile.url()).host).toBe(new URL(world.server.url).host)
})

it('[C2] makes an access token, shows it once, and the token works; revoking ends it', async () => {
  const page = await world.open('/settings/tokens', { as: 'sam' })
  await page.getByRole('button', { name: 'New token' }).click()
  await page.getByLabel('Name', { exact: true }).fill('laptop')
  await page.getByText('Write', { exact: true }).click()
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByRole('button', { name: 'Reveal' }).click()
  const secret = (await page.locator('[data-testid=secret][data-shown=true]').textContent()) ?? ''
  expect(secret).toMatch(/^hf_/)
  const ask = () => fetch(`${world.server.url}/api/whoami-v2`, { headers: { authorization: `Bearer ${secret}` } })
  expect((await ask()).status).toBe(200)
  await page.getByRole('button', { name: 'Close' }).last().click()
  expect(await page.content()).not.toContain(secret)
  await page
    .getByRole('row', { name: /laptop/ })
    .getByRole('button', { name: 'Revoke' })
    .click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText(/was revoked/).waitFor()
  expect((await ask()).status).toBe(401)
})

it('goes anywhere by keyboard: palette with a misspelt name, two-key jumps, the sheet', async () => {
  const page = await world.open('/', { as: 'sam' })
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Go to a model' }).fill('walet')
  await page.getByRole('option', { name: 'Wallet' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/billing\/wallet/)
  await page.keyboard.press('g')
  await page.keyboard.press('m')
  await page.waitForURL(/\/models/)
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.getByRole('combobox', { name: 'Go to a model' }).fill('tiny-sent')
  await page.getByRole('option', { name: 'lumen/tiny-sentiment' }).waitFor()
})

it('keeps the dark theme over a reload, without a light flash', async () => {
  const page = await world.open('/', { as: 'sam', colorScheme: 'light' })
  await page.getByRole('button', { name: 'Use the dark theme' }).click()
  await page.reload({ waitUntil: 'commit' })
  await page.waitForSelector('#root')
  expect(await page.evaluate(() => document.documentElement.dataset['mantineColorScheme'])).toBe('dark')
})

it('is usable on a phone: bottom bar, menu, nothing wider than the screen', async () => {
  const page = await world.open('/', { as: 'sam', ...phone })
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Explore' }).click()
  await page.waitForURL(/\/models/)
  await page.getByRole('button', { name: 'Menu', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Datasets' }).click()
  await page.waitForURL(/\/datasets/)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
})

it('shows a private model to strangers exactly as a missing one', async () => {
  const [secret, missing] = [
    await world.open('/lumen/unreleased', { as: 'sam' }),
    await world.open('/lumen/nothing', { as: 'sam' }),
  ]
  const text = async (page: typeof secret) => (await page.locator('main').innerText()).replace(/[0-9a-f-]{16,}/g, '')
  expect(await text(secret)).toContain('Nothing here that you may see')
  expect(await text(secret)).toBe(await text(missing))
  const owner = await world.open('/lumen/unreleased', { as: 'nova' })
  await owner
    .getByRole('heading', { name: /unreleased/ })
    .first()
    .waitFor()
})
