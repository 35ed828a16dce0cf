import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { checkLook } from '../look.js'
import { openWorld, phone, type World } from '../world.js'

const PAGE = '/organizations/lumen/settings/tokens'
let world: World
beforeAll(async () => {
  world = await openWorld()
  const page = await world.open('/', { as: 'nova' })
  const data = { user: 'sam', role: 'read' }
  await page.request.post('/api/v1/accounts/orgs/lumen/members', { data, headers: { origin: world.server.url } })
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(() => world?.close())

/** Where a person looks at the pages themselves; nothing is kept otherwise. */
async function keepPicture(page: Page, name: string) {
  const folder = process.env['STOA_PICTURES']
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

const look = (page: Page, name: string): Promise<void> =>
  checkLook(page, { picture: (kind) => keepPicture(page, `${name}-${kind}`), width: 'own' })

let secret = ''
const statusOf = async () => {
  const headers = { authorization: `Bearer ${secret}` }
  return (await fetch(`${world.server.url}/api/models/lumen/unreleased`, { headers })).status
}

it('[T5] makes a token that is bound to networks, and unbinds it', async () => {
  const page = await world.open('/settings/tokens?new=true', { as: 'sam' })
  await page.getByLabel('Name', { exact: true }).fill('laptop')
  await page.getByLabel('Networks (optional)').fill('office')
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByText('“office” is no network and no address.').waitFor()
  await page.getByLabel('Networks (optional)').fill('203.0.113.0/24\n2001:db8::/32')
  await look(page, 'token-form')
  const answer = page.waitForResponse(
    (one) => one.request().method() === 'POST' && one.url().endsWith('/accounts/tokens'),
  )
  await page.getByRole('button', { name: 'Create token' }).click()
  secret = ((await (await answer).json()) as { secret: string }).secret
  expect(await statusOf()).toBe(403)
  await page.getByRole('button', { name: 'Close' }).last().click()
  await page.getByRole('button', { name: '203.0.113.0/24, 2001:db8::/32' }).click()
  await page.getByLabel('Networks (optional)').fill('')
  await page.getByRole('button', { name: 'Save networks' }).click()
  await page.getByText('The networks were saved.').waitFor()
  expect(await statusOf()).toBe(200)
})

it('[T5] asks for approval, sees who waits, approves, revokes', async () => {
  const page = await world.open(PAGE, { as: 'nova' })
  await page.getByLabel('An admin approves each token before it reaches anything').check()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved. It counts from now on.').waitFor()
  expect(await statusOf()).toBe(403)
  const theirs = await world.open('/settings/tokens', { as: 'sam' })
  await theirs.getByText('lumen does not let it in').waitFor()
  await look(theirs, 'my-tokens')
  await page.getByLabel('Show', { exact: true }).selectOption('pending')
  await page.getByRole('cell', { name: 'laptop' }).click()
  await look(page, 'org-token')
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('Approved. It works from now on.').waitFor()
  expect(await statusOf()).toBe(200)
  await page.getByLabel('Show', { exact: true }).selectOption('approved')
  await page.getByRole('cell', { name: 'laptop' }).click()
  await page.getByRole('button', { name: 'Revoke here' }).click()
  await page.getByText('Revoked. It reaches nothing here any more.').waitFor()
  expect(await statusOf()).toBe(403)
})

it('[T5] refuses networks that would shut out whoever names them, and is right on a phone', async () => {
  const page = await world.open(PAGE, { as: 'nova', ...phone })
  await look(page, 'org-tokens-phone')
  await page.getByLabel('Networks', { exact: true }).fill('203.0.113.0/24')
  await page.getByLabel('Reach what is private here from these networks only').check()
  await page.getByRole('button', { name: 'Save networks' }).click()
  await page.getByText('You would shut yourself out').waitFor()
  await page.getByLabel('Networks', { exact: true }).fill('203.0.113.0/24\n127.0.0.1\n::1')
  await page.getByRole('button', { name: 'Save networks' }).click()
  await page.getByText('The networks were saved.').waitFor()
  const wide = await world.open(PAGE, { as: 'nova' })
  await look(wide, 'org-tokens')
})
