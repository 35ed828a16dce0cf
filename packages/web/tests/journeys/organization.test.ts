import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openWorld, phone, type World } from '../world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(() => world?.close())

const settings = '/organizations/lumen/settings'

it('[A6] an admin takes somebody in, sees what a weaker role would show them, and saves it: they see less at once', async () => {
  const admin = await world.open(`${settings}/members`, { as: 'nova' })
  await admin.getByRole('button', { name: 'Add a member' }).click()
  const panel = admin.getByRole('dialog', { name: 'Add a member' })
  await panel.getByRole('button', { name: 'Add a member' }).click()
  await panel.getByText('Enter the name of somebody').waitFor()
  await panel.getByLabel('User name').fill('nobody-here')
  await panel.getByRole('button', { name: 'Add a member' }).click()
  await panel.locator('[id$="-error"]').first().waitFor()
  await panel.getByLabel('User name').fill('sam')
  await panel.getByText('Reads what is private here.').click()
  await panel.getByRole('button', { name: 'Add a member' }).click()
  await admin.getByText('sam is a member now.').waitFor()

  const member = await world.open('/lumen/unreleased', { as: 'sam' })
  await member
    .getByRole('heading', { name: /unreleased/ })
    .first()
    .waitFor()

  await admin.getByRole('row', { name: /^sam/ }).focus()
  await admin.keyboard.press('Enter')
  await admin.waitForURL(/member=sam/)
  const sam = admin.getByRole('dialog', { name: 'sam' })
  await sam.getByText('A seat: sees nothing unless').click()
  await sam.getByRole('heading', { name: 'What sam will see' }).waitFor()
  await sam.getByText('lumen/unreleased').waitFor()
  await sam.getByRole('button', { name: 'Save role' }).click()
  await admin.getByText('The role of sam was changed.').waitFor()

  await member.reload()
  await member.getByText('Nothing here that you may see').waitFor()
})

it('[A6] the last admin can neither step down nor leave, and is told why', async () => {
  const admin = await world.open(`${settings}/members?member=nova`, { as: 'nova' })
  const nova = admin.getByRole('dialog', { name: 'nova' })
  await nova.getByText('Reads what is private here.').click()
  await nova.getByRole('button', { name: 'Save role' }).click()
  await nova.getByText('An organisation has at least one admin').waitFor()
  await admin.goto(`${settings}/danger`)
  await admin.getByRole('button', { name: 'Leave' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
  await admin.getByText('An organisation has at least one admin').waitFor()
})

it('[A6] a resource group keeps a repository among its people; a full group cannot be deleted', async () => {
  const admin = await world.open(`${settings}/groups`, { as: 'nova' })
  await admin.getByRole('button', { name: 'New group' }).click()
  const dialog = admin.getByRole('dialog', { name: 'New group' })
  await dialog.getByLabel('Name').fill('vision')
  await dialog.getByRole('button', { name: 'Create group' }).click()
  const group = admin.getByRole('dialog', { name: 'vision' })
  await group.getByLabel('User name').fill('sam')
  await group.getByRole('button', { name: 'Add', exact: true }).click()
  await group.getByLabel('Role: sam').waitFor()
  await group.getByLabel('Move a repository in').selectOption('model lumen/unreleased')
  await group.getByRole('button', { name: 'Move in' }).click()
  await group.getByRole('link', { name: 'lumen/unreleased' }).waitFor()
  const member = await world.open('/lumen/unreleased', { as: 'sam' })
  await member
    .getByRole('heading', { name: /unreleased/ })
    .first()
    .waitFor()
  await member.goto('/lumen?tab=teams')
  await member.getByRole('heading', { name: 'vision' }).waitFor()
  await group.getByRole('button', { name: 'Delete group' }).click()
  await admin
    .getByRole('dialog', { name: 'Delete the group vision?' })
    .getByRole('button', { name: 'Delete group' })
    .click()
  await group.getByText('Move them first').waitFor()
  await group.getByRole('button', { name: 'Move out' }).click()
  await group.getByText('Nothing is in this group yet.').waitFor()
})

it('[A6] a service account gets a token that works, shown once', async () => {
  const admin = await world.open(`${settings}/service-accounts`, { as: 'nova' })
  await admin.getByRole('button', { name: 'New service account' }).first().click()
  const dialog = admin.getByRole('dialog', { name: 'New service account' })
  await dialog.getByLabel('Name').fill('lumen-builder')
  await dialog.getByRole('button', { name: 'Create service account' }).click()
  const panel = admin.getByRole('dialog', { name: 'lumen-builder' })
  await panel.getByLabel('Name of the token').fill('nightly')
  await panel.getByRole('button', { name: 'Create token' }).click()
  await panel.getByRole('button', { name: 'Reveal' }).click()
  const secret = (await panel.locator('[data-testid=secret][data-shown=true]').textContent()) ?? ''
  const read = () =>
    fetch(`${world.server.url}/api/models/lumen/unreleased`, { headers: { authorization: `Bearer ${secret}` } })
  expect((await read()).status).toBe(200)
  await panel.getByRole('button', { name: 'Revoke' }).click()
  await panel.getByText('It has no token yet').waitFor()
  expect((await read()).status).toBe(401)
})

it('shows a member the pages for members only, as a list to choose from on a phone', async () => {
  const member = await world.open(settings, { as: 'sam', ...phone })
  await member.getByRole('heading', { name: 'Members' }).waitFor()
  const choice = member.getByLabel('Settings of lumen', { exact: true })
  const offered = await choice.locator('option').allTextContents()
  expect(offered).toContain('Roles')
  for (const hidden of ['Profile', 'Service accounts', 'Audit']) expect(offered).not.toContain(hidden)
  await choice.selectOption({ label: 'Roles' })
  await member.getByRole('heading', { name: 'Roles' }).waitFor()
  await member.goto(`${settings}/profile`)
  await member.getByRole('heading', { name: 'Not allowed' }).waitFor()
})
