import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openWorld, type World } from '../world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(() => world?.close())

it('[A6] what is switched on: nothing talks to the outside, and each thing says where it is changed', async () => {
  const root = await world.open('/admin', { as: 'root' })
  const row = (name: string) => root.getByRole('row', { name: new RegExp(`^${name}`) })
  await row('Connections to other servers').getByText('none').waitFor()
  await row('Telemetry').getByText('none, and no setting for it').waitFor()
  await row('Database').getByText('STOA_DATABASE_URL').waitFor()
  await root.getByText(world.server.running.dataDir).waitFor()
})

it('[A6] a person is suspended with a reason: their session ends at once; reinstated, they are back', async () => {
  const person = await world.open('/settings/profile', { as: 'sam' })
  const root = await world.open('/admin/users', { as: 'root' })
  await root.getByRole('row', { name: /^sam/ }).click()
  const panel = root.getByRole('dialog', { name: 'sam' })
  await panel.getByRole('button', { name: 'Suspend' }).click()
  await panel.getByText('Say why, in at least three characters.').waitFor()
  await panel.getByLabel('Reason').first().fill('spam from this account')
  await panel.getByRole('button', { name: 'Suspend' }).click()
  await root.getByText('sam is suspended.').waitFor()
  await panel.getByText('spam from this account').waitFor()

  const asked = await person.request.get('/api/whoami-v2')
  expect([401, 403]).toContain(asked.status())
  await person.goto('/settings/profile')
  await person.waitForURL(/\/login/)

  await panel.getByRole('button', { name: 'Reinstate' }).click()
  await root.getByText('sam is active again.').waitFor()
  await person.goto('/settings/profile')
  await person.getByRole('heading', { name: 'Profile' }).waitFor()
})

it('[A6] the badge of a checked account shows on its page', async () => {
  const root = await world.open('/admin/organizations?account=lumen', { as: 'root' })
  await root.getByRole('dialog', { name: 'lumen' }).getByRole('button', { name: 'Verify' }).click()
  await root.getByText('lumen carries the badge now.').waitFor()
  const visitor = await world.open('/lumen')
  await visitor.getByText('Verified', { exact: true }).waitFor()
})

it('[A6] duties that are kept apart are refused in words', async () => {
  const root = await world.open('/admin/users?account=sam', { as: 'root' })
  const panel = root.getByRole('dialog', { name: 'sam' })
  await panel.getByLabel(/^Auditor/).check()
  await panel.getByLabel(/^Operator/).check()
  await panel.getByRole('button', { name: 'Save duties' }).click()
  await panel.getByText('Nobody is auditor and operator at once.').waitFor()
})

it('[A6] a failed job is found by its state, tells its error, and is done after it was run again', async () => {
  const { kit } = world.server.running
  kit.jobs.handle('journey.mend', async () => {})
  const id = kit.ids.next()
  const at = kit.clock.now()
  const failed = { state: 'failed', attempts: 5, error: 'Error: the disk was full' }
  await kit.write((tx) =>
    tx
      .insertInto('kit.jobs')
      .values({ id, kind: 'journey.mend', payload: '{}', runAt: at, createdAt: at, finishedAt: at, ...failed })
      .execute(),
  )
  const root = await world.open('/admin/jobs', { as: 'root' })
  await root.getByLabel('State').selectOption({ label: 'failed' })
  await root.waitForURL(/state=failed/)
  await root.getByRole('row', { name: /journey\.mend/ }).click()
  const panel = root.getByRole('dialog', { name: 'journey.mend' })
  await panel.getByText('Error: the disk was full').waitFor()
  await panel.getByRole('button', { name: 'Run now' }).click()
  await root.getByText('journey.mend is due now.').waitFor()
  await root.goto('/admin/jobs?kind=journey.mend')
  await root
    .getByRole('row', { name: /journey\.mend/ })
    .getByText('done')
    .waitFor()
})

it('[G4] a legal hold stops deletion by age, until it is released', async () => {
  const { kit } = world.server.running
  const accounts = await kit.db.selectFrom('accounts.accounts').select(['id', 'name']).execute()
  const idOf = (name: string): string => accounts.find((one) => one.name === name)?.id ?? ''
  const old = new Date(kit.clock.now().getTime() - 500 * 24 * 3_600_000)
  await kit.write(async (tx) => {
    const opening = { userId: idOf('nova'), orgId: idOf('lumen'), reason: 'x', createdAt: old, expiresAt: old }
    await tx
      .insertInto('accounts.breakGlass')
      .values({ id: kit.ids.next(), ...opening })
      .execute()
    const target = { type: 'org', id: idOf('lumen') }
    await kit.audit.record(tx, { chain: 'platform', action: 'admin.break_glass', target })
  })
  const root = await world.open('/admin/retention', { as: 'root' })
  await root.getByLabel('Person or organisation').fill('lumen')
  await root.getByLabel('Reason').fill('case 7')
  await root.getByRole('button', { name: 'Place a hold' }).click()
  await root.getByText('A legal hold stands on lumen.').waitFor()
  const left = async () => (await kit.db.selectFrom('accounts.breakGlass').select('id').execute()).length
  const runs = root.getByRole('region', { name: 'Runs' })
  await root.getByRole('button', { name: 'Delete now' }).click()
  await runs.getByRole('row', { name: /deletion.*done/ }).waitFor()
  expect(await left()).toBe(1)
  await root
    .getByRole('row', { name: /lumen.*case 7/ })
    .getByRole('button', { name: 'Release' })
    .click()
  await root.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
  await root.getByText('The hold on lumen was released.').waitFor()
  await root.getByRole('button', { name: 'Delete now' }).click()
  await expect.poll(left, { timeout: 20_000 }).toBe(0)
})

it('[R1] shows nobody else that there is an administration', async () => {
  const sam = await world.open('/admin', { as: 'sam' })
  await sam.getByText('Nothing here that you may see').waitFor()
  expect((await sam.request.get('/api/v1/platform/overview')).status()).toBe(403)
})
