import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkLook } from '../look.js'
import { openWorld, type World } from '../world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

/** A folder in STOA_SHOTS gets pictures. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['STOA_SHOTS']
  if (folder) mkdirSync(folder, { recursive: true })
  await checkLook(page, {
    picture: async (kind) =>
      folder && (await page.screenshot({ path: `${folder}/${name}-${kind}.png`, fullPage: true })),
  })
  expect(world.takeErrors()).toEqual([])
}

it('[T5] an organisation lets its identity provider in, maps a group, and sees what was refused', async () => {
  const page = await world.open('/organizations/lumen/settings/provisioning', { as: 'nova' })
  const address = (await page.locator('code', { hasText: '/scim/v2' }).innerText()).trim()
  expect(address).toBe(`${world.server.url}/api/organizations/lumen/scim/v2`)
  await page.getByLabel('Name', { exact: true }).fill('Entra ID')
  await page.getByRole('button', { name: 'Make a credential' }).click()
  await page
    .getByRole('button', { name: 'Reveal' })
    .or(page.getByRole('button', { name: 'Show' }))
    .first()
    .click()
  const secret = await page.locator('[data-testid=secret][data-shown=true]').innerText()
  expect(secret).toMatch(/^hf_scim_/)
  const refused = await fetch(`${address}/Users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({ userName: 'zoe@elsewhere.example' }),
  })
  expect(refused.status).toBe(400)
  await page.getByRole('button', { name: 'Add a line' }).click()
  await page.getByLabel('Group there').fill('Research')
  await page.getByLabel('Role', { exact: true }).selectOption('write')
  await page.getByRole('button', { name: 'Save mapping' }).click()
  await page.getByText('Saved. Everybody follows within a moment.').waitFor()
  await page.reload({ waitUntil: 'networkidle' })
  expect(await page.getByLabel('Group there').inputValue()).toBe('Research')
  await page.getByText('elsewhere.example is no verified domain of lumen').waitFor()
  await look(page, 'provisioning')
})

it('[T5] an owner of the platform tries a directory, and is told in words what is wrong', async () => {
  const page = await world.open('/admin/directory', { as: 'root' })
  await page.getByRole('button', { name: 'Connect a directory' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Acme')
  await page.getByLabel('Address', { exact: true }).fill('ldap://127.0.0.1:1')
  await page.getByLabel('Encryption').selectOption('starttls')
  await page.getByLabel('Below which entry people are').fill('dc=acme,dc=example')
  await page.getByLabel('What follows from groups').fill('research -> lumen: write')
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await page.getByText('Nothing listens at this address').waitFor()
  await look(page, 'directory-form')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Compare now' }).waitFor()
  await look(page, 'directory')
})
