import { startTestServer, type TestServer } from '@stoa/testkit'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkLook } from '../look.js'
import { password, phone } from '../world.js'

let server: TestServer
let browser: Browser
let admin: Page
const errors: string[] = []

beforeAll(async () => {
  server = await startTestServer()
  browser = await chromium.launch({
    executablePath: process.env['STOA_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** A browser of somebody who was never here. */
async function somebody(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ baseURL: server.url, ...options })
  const page = await context.newPage()
  page.on('pageerror', (error) => errors.push(error.message))
  return page
}

const shot = (page: Page, name: string): Promise<unknown> => {
  const folder = process.env['STOA_SHOTS']
  return folder ? page.screenshot({ path: `${folder}/${name}.png`, fullPage: true }) : Promise.resolve()
}

async function makeAccount(page: Page, name: string): Promise<void> {
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Create the account' }).click()
}

it('[T5] minutes 0 to 2: the one-time link makes the first admin, who sees what is switched on', async () => {
  const link = (await server.running.app.accounts.makeAdminLink()) ?? ''
  admin = await somebody()
  await admin.goto(link)
  await admin.getByRole('heading', { name: 'Take charge of this server' }).waitFor()
  await admin.getByLabel('User name').fill('ada')
  await admin.getByLabel('Full name').fill('Ada Admin')
  await admin.getByLabel('E-mail address').fill('ada@example.org')
  await admin.getByLabel('Password', { exact: true }).fill(password)
  await admin.getByRole('button', { name: 'Become administrator' }).click()
  await admin.getByRole('heading', { name: /Hello, / }).waitFor()
  await admin.goto('/admin')
  await admin.getByRole('heading', { name: 'What is switched on' }).waitFor()
  await admin.goto('/settings/email')
  await admin.getByText('Verified', { exact: true }).waitFor()
  await checkLook(admin, { width: 'own' })
  await shot(admin, 'settings-email')
})

it('minute 7: a link invites; whoever opens it sees what was previewed, before and after joining', async () => {
  await admin.goto('/organizations/new')
  await admin.getByLabel('Name', { exact: true }).fill('acme')
  await admin.getByRole('button', { name: 'Create organisation' }).click()
  await admin.waitForURL(/\/acme$/)
  const repo = await admin.request.post('/api/repos/create', {
    data: { name: 'secret-model', organization: 'acme', private: true },
    headers: { origin: server.url },
  })
  expect(repo.ok()).toBe(true)
  await admin.goto('/organizations/acme/settings/invitations')
  await admin.getByRole('button', { name: 'Invite' }).click()
  const dialog = admin.getByRole('dialog')
  await dialog.getByText('Writer', { exact: true }).click()
  await dialog.getByText(/change every repository/).waitFor()
  await dialog.getByText(/May not:/).waitFor()
  await checkLook(admin, { width: 'own' })
  await shot(admin, 'invite-panel')
  await dialog.getByRole('button', { name: 'Make the link' }).click()
  const link = (await dialog.locator('code[title]').getAttribute('title')) ?? ''
  expect(link).toContain('/join/invitation#')
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  expect(await admin.content()).not.toContain(link.split('#')[1])

  const ana = await somebody(phone)
  await ana.goto(link)
  await ana.getByRole('heading', { name: 'Join acme' }).waitFor()
  await ana.getByText('Everything private in the organisation').waitFor()
  await ana.getByText(/change every repository/).waitFor()
  await checkLook(ana, { width: 'own' })
  await shot(ana, 'invitation-phone')
  expect(await ana.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
  await makeAccount(ana, 'ana')
  await ana.waitForURL(/\/acme$/)
  // What was previewed is what there is.
  await ana.goto('/acme/secret-model')
  await ana
    .getByRole('heading', { name: /secret-model/ })
    .first()
    .waitFor()
  const again = await somebody()
  await again.goto(link)
  await again.getByRole('heading', { name: 'This invitation does not work any more' }).waitFor()
})

it('minute 7: a file invites many; its letters wait for the admin, who hands them over', async () => {
  await admin.goto('/organizations/acme/settings/invitations?new=true')
  const dialog = admin.getByRole('dialog')
  await dialog.getByText('A file of many').click()
  const people = 'name,email,role,groups\nBo,bo@example.org,read,\nCy,not an address,read,\n'
  await dialog.getByLabel('Or paste it here').fill(people)
  await dialog.getByRole('button', { name: 'Check the file' }).click()
  await dialog.getByText('1 line is good, 1 is not.').waitFor()
  await dialog.getByText('no usable e-mail address').waitFor()
  await shot(admin, 'invite-csv')
  await dialog.getByRole('button', { name: 'Invite 1 person' }).click()
  await admin.getByRole('row', { name: /bo@example\.org/ }).waitFor()
  await shot(admin, 'invitations')

  await server.running.kit.jobs.drained()
  await admin.goto('/admin/letters')
  await admin.getByText('No mail server is set up').waitFor()
  await checkLook(admin, { width: 'own' })
  await shot(admin, 'letters')
  await admin
    .getByRole('row', { name: /bo@example\.org/ })
    .getByRole('button', { name: 'Open' })
    .click()
  const letter = admin.getByRole('dialog')
  const link = (await letter.locator('code[title]').getAttribute('title')) ?? ''
  await letter.getByText(/ada invites you to the organisation acme/).waitFor()
  await shot(admin, 'letter')
  await letter.getByRole('button', { name: 'Handed over' }).click()
  await admin.getByText('No letters wait').waitFor()

  const bo = await somebody()
  await bo.goto(link)
  await bo.getByText('It is for b…@example.org.').waitFor()
  await shot(bo, 'invitation')
  await makeAccount(bo, 'bo')
  await bo.waitForURL(/\/acme$/)
  await bo.goto('/settings/email')
  await bo.getByText('bo@example.org').waitFor()
  await bo.getByText('Verified', { exact: true }).waitFor()
})

it('a forgotten password is set anew by the link of a letter', async () => {
  const bo = await somebody()
  await bo.goto('/login')
  await bo.getByRole('link', { name: 'Forgot your password?' }).click()
  await bo.getByLabel('E-mail address').fill('bo@example.org')
  await checkLook(bo, { width: 'own' })
  await shot(bo, 'forgot')
  await bo.getByRole('button', { name: 'Write to me' }).click()
  await bo.getByText('If this address belongs to an account').waitFor()
  await server.running.kit.jobs.drained()
  const { outbox } = server.running.kit.mail
  const letters = await outbox.list({ isOpen: true, limit: 10 })
  const read = await outbox.read(letters.find(({ kind }) => kind === 'password.reset')?.id ?? '')
  await bo.goto(/http\S+#\S+/.exec(read?.text ?? '')?.[0] ?? '')
  await bo.getByLabel('New password').fill('another good password')
  await shot(bo, 'reset')
  await bo.getByRole('button', { name: 'Set password' }).click()
  await bo.waitForURL(/\/login$/)
  await bo.getByLabel('Name or e-mail address').fill('bo@example.org')
  await bo.getByLabel('Password', { exact: true }).fill('another good password')
  await bo.getByRole('button', { name: 'Sign in', exact: true }).click()
  await bo.getByRole('heading', { name: /Hello, / }).waitFor()
})

it('an address is changed and confirmed by whoever gave it', async () => {
  await admin.goto('/settings/email')
  await admin.getByLabel('E-mail address').fill('ada@new.example')
  await admin.getByRole('button', { name: 'Write the letter' }).click()
  await admin.getByText(/A letter to ada@new.example waits/).waitFor()
  await server.running.kit.jobs.drained()
  const { outbox } = server.running.kit.mail
  const letters = await outbox.list({ isOpen: true, limit: 10 })
  const read = await outbox.read(
    letters.find(({ kind, to }) => kind === 'email.verify' && to === 'ada@new.example')?.id ?? '',
  )
  const link = /http\S+#\S+/.exec(read?.text ?? '')?.[0] ?? ''
  const stranger = await somebody()
  await stranger.goto(link)
  await stranger.getByText(/Sign in as ada first/).waitFor()
  expect(await stranger.getByRole('button', { name: 'Confirm' }).count()).toBe(0)
  await shot(stranger, 'confirm')
  await admin.goto(link)
  await admin.getByRole('button', { name: 'Confirm' }).click()
  await admin.waitForURL(/\/settings\/email$/)
  await admin.getByText('ada@new.example').waitFor()
})

it('who may make an account is a choice; the page to join follows it', async () => {
  await admin.goto('/admin/settings')
  await admin.getByText('Whoever has an address at a domain, and whoever is invited').click()
  await admin.getByLabel('Domains').fill('corp.example')
  await checkLook(admin, { width: 'own' })
  await shot(admin, 'admin-settings')
  await admin.getByRole('button', { name: 'Save changes' }).click()
  await admin.getByText('It counts at once').waitFor()
  const visitor = await somebody(phone)
  await visitor.goto('/join')
  await visitor.getByText('Addresses at corp.example may join').waitFor()
  await shot(visitor, 'join-domain-phone')
  await visitor.getByLabel('E-mail address').fill('x@corp.example')
  await visitor.getByRole('button', { name: 'Write to me' }).click()
  await visitor.getByText('A letter is on its way').waitFor()
  expect(errors).toEqual([])
})
