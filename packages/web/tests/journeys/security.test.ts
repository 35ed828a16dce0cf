import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { checkLook } from '../look.js'
import { openWorld, password, phone, type World } from '../world.js'

let world: World
let recoveryCodes: string[] = []
let secret = ''
const STEP_MS = 30_000
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(() => world?.close())

/** The code of the step after this one: taken as well, and not the one that was just used up. */
const nextCode = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + STEP_MS })
const codeNow = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate()

async function enterPassword(page: Page, name: string) {
  await page.getByLabel('Name or e-mail address').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Waits until the sign-in led home, and who the session says it is. */
async function whoCameHome(page: Page): Promise<string | undefined> {
  await page.waitForURL((url) => url.pathname === '/')
  const answer = await page.request.get(new URL('/api/v1/accounts/session', page.url()).href)
  return ((await answer.json()) as { user: { name: string } | null }).user?.name
}

it('adds an authenticator app, keeps recovery codes, signs out and in with a code', async () => {
  const page = await world.open('/settings/security', { as: 'sam' })
  await page.getByRole('button', { name: 'Add an app' }).click()
  await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor()
  secret = ((await page.getByTestId('totp-secret').textContent()) ?? '').replaceAll(' ', '')
  await checkLook(page, { width: 'own' })
  await page.getByLabel('Code from the app').fill('000000')
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.getByText('This code is wrong or was used before.').waitFor()
  await page.getByLabel('Code from the app').fill(codeNow())
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.getByTestId('recovery-codes').waitFor()
  recoveryCodes = await page.getByTestId('recovery-codes').locator('code').allTextContents()
  expect(recoveryCodes).toHaveLength(10)
  await page.getByRole('button', { name: 'I saved them' }).click()
  await page.getByText('10 codes left').waitFor()
  await checkLook(page, { width: 'own' })

  const other = await world.open('/login', { ...phone })
  await enterPassword(other, 'sam')
  await other.getByRole('heading', { name: 'One more step' }).waitFor()
  expect((await other.request.get('/api/v1/accounts/profile')).status()).toBe(401)
  await checkLook(other, { width: 'own' })
  await other.getByLabel('Code from the app').fill(nextCode())
  await other.getByRole('button', { name: 'Sign in', exact: true }).click()
  expect(await whoCameHome(other)).toBe('sam')
})

it('signs in once with a recovery code, never twice', async () => {
  const page = await world.open('/login')
  const useCode = async () => {
    await enterPassword(page, 'sam')
    await page.getByRole('button', { name: 'Use a recovery code' }).click()
    await page.getByLabel('Recovery code').fill(recoveryCodes[0] ?? '')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  await useCode()
  expect(await whoCameHome(page)).toBe('sam')
  await page.context().clearCookies()
  await page.goto('/login', { waitUntil: 'networkidle' })
  await useCode()
  await page.getByText('This code is wrong or was used before.').waitFor()
})

it('makes a passkey with the browser and signs in with it alone', async () => {
  const there = world.server.url.replace('127.0.0.1', 'localhost')
  const page = await world.open(`${there}/login`)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await enterPassword(page, 'nova')
  expect(await whoCameHome(page)).toBe('nova')
  await page.goto(`${there}/settings/security`, { waitUntil: 'networkidle' })
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByLabel('Name of the passkey').fill('Test laptop')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByTestId('recovery-codes').waitFor()
  await page.getByRole('button', { name: 'I saved them' }).click()
  await page.getByText('Test laptop').waitFor()
  await checkLook(page, { width: 'own' })
  await page.context().clearCookies()
  await page.goto(`${there}/login`, { waitUntil: 'networkidle' })
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  expect(await whoCameHome(page)).toBe('nova')
  await page.context().clearCookies()
  await page.goto(`${there}/login`, { waitUntil: 'networkidle' })
  await enterPassword(page, 'nova')
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  expect(await whoCameHome(page)).toBe('nova')
})

it('asks who it is before a dangerous act of somebody whose standing changed, then goes on', async () => {
  const page = await world.open('/join')
  await page.getByLabel('User name').fill('ola')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
  expect(await whoCameHome(page)).toBe('ola')
  const root = await world.open('/', { as: 'root' })
  const given = await root.request.put('/api/v1/accounts/admin/accounts/ola/duties', { data: { duties: ['support'] } })
  expect(given.status()).toBe(200)
  await page.goto('/settings/security', { waitUntil: 'networkidle' })
  await page.getByRole('button', { name: 'Add an app' }).click()
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' })
  await dialog.getByLabel('Password', { exact: true }).fill(password)
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor()
})
