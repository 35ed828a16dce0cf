import { TestProvider } from '@stoa/testkit'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { checkLook } from '../look.js'
import { openWorld, phone, type World } from '../world.js'

const provider = new TestProvider()
let world: World
const SHOTS = process.env['STOA_SHOTS']

beforeAll(async () => {
  await provider.open()
  world = await openWorld({ STOA_INNER_HOSTS: '127.0.0.1' })
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(async () => {
  await world?.close()
  provider.close()
})

const look = (page: Page, name: string): Promise<void> =>
  checkLook(page, {
    picture: async (kind) => SHOTS && (await page.screenshot({ path: `${SHOTS}/${name}-${kind}.png`, fullPage: true })),
    width: 'own',
  })

const SETTINGS = '/organizations/lumen/settings/sign-on'

it('[T5] connects a provider, adds a domain, and learns from a test what is wrong and what is right', async () => {
  const page = await world.open(SETTINGS, { as: 'nova' })
  await look(page, 'empty')
  await page.getByRole('button', { name: 'Connect by OpenID Connect' }).click()
  await page.getByLabel('Name on the button').fill('Lumen')
  await page.getByLabel('Issuer').fill(provider.url)
  await page.getByLabel('Client id').fill('stoa')
  await page.getByLabel('Client secret').fill('wrong')
  await page.getByLabel('Roles by groups').fill('leads = write')
  await look(page, 'form')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Lumen', exact: true }).waitFor()
  await page.getByText('/sso/callback/').waitFor()

  await page.getByLabel('Domain', { exact: true }).fill('lumen.example')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText('stoa-domain-verification=').waitFor()
  await look(page, 'settings')

  provider.person = {
    sub: 'ines-1',
    email: 'ines@lumen.example',
    email_verified: true,
    name: 'Ines',
    groups: ['leads'],
  }
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByRole('heading', { name: 'Test of Lumen' }).waitFor()
  await page.getByText('Most often the client secret is wrong').waitFor()
  await look(page, 'report-bad')
  await page.getByRole('link', { name: 'Back to the settings' }).click()
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Client secret').fill(provider.clientSecret)
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').first().waitFor()
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByText('Everything fits').waitFor()
  await page.getByText('A new account, ines').waitFor()
  await look(page, 'report-good')
})

it('[T5] comes in through the page of the organisation, on a phone', async () => {
  const page = await world.open('/organizations/lumen/sign-on', phone)
  await look(page, 'door-phone')
  await page.getByRole('button', { name: 'Continue with Lumen' }).click()
  await page.waitForURL((url) => url.pathname === '/lumen')
  const answer = await page.request.get(new URL('/api/v1/accounts/session', page.url()).href)
  expect(await answer.json()).toMatchObject({ user: { name: 'ines' }, orgs: [{ name: 'lumen', role: 'write' }] })
  const settings = await world.open(SETTINGS, { as: 'nova', ...phone })
  await look(settings, 'settings-phone')
})

it('is offered on the sign-in page for everybody and by address, and says what did not fit', async () => {
  const admin = await world.open('/admin/sign-on', { as: 'root' })
  await admin.getByRole('button', { name: 'Connect by OpenID Connect' }).click()
  await admin.getByLabel('Name on the button').fill('Campus')
  await admin.getByLabel('Issuer').fill(provider.url)
  await admin.getByLabel('Client id').fill('stoa')
  await admin.getByLabel('Client secret').fill(provider.clientSecret)
  await admin.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await admin.getByRole('heading', { name: 'Campus' }).waitFor()
  await admin.request.post('/api/v1/platform/sign-on/domains', { data: { org: 'lumen', domain: 'lumen.example' } })

  const page = await world.open('/login')
  await page.getByRole('button', { name: 'Continue with your organisation' }).click()
  await page.getByLabel('Work e-mail address').fill('ines@lumen.example')
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.getByRole('button', { name: 'Continue with Lumen' }).waitFor()
  await look(page, 'login')
  provider.forgery = { claims: { aud: 'other' } }
  await page.getByRole('button', { name: 'Continue with Campus' }).click()
  await page.getByRole('heading', { name: 'You could not be signed in' }).waitFor()
  await page.getByText('The token is meant for us').waitFor()
  await look(page, 'failed')
  provider.forgery = {}
})
