import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openWorld, type World } from '../world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(() => world?.close())

const micros = (text: string) => BigInt(text.replace(/[^\d]/g, ''))

it('[M1] finds a model by task and by name; the address carries the search', async () => {
  const page = await world.open('/models')
  await page.getByRole('button', { name: /Text classification/ }).click()
  await page.waitForURL(/pipeline_tag=text-classification/)
  await page.getByRole('link', { name: /lumen\/tiny-sentiment/ }).waitFor()
  await page.getByRole('link', { name: /lumen\/tiny-llama/ }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: /^Drop/ }).click()
  await page.getByRole('searchbox', { name: 'Search models' }).fill('llama')
  await page.waitForURL(/search=llama/)
  await page.getByRole('link', { name: /lumen\/tiny-sentiment/ }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: /lumen\/tiny-llama/ }).click()
  await page.waitForURL(/\/lumen\/tiny-llama$/)
})

it('[M3] a model page shows card, price and code that names this server', async () => {
  const page = await world.open('/lumen/tiny-llama')
  await page.getByRole('heading', { name: 'What it can do' }).waitFor()
  await page.getByText('$0.60').waitFor()
  await page.getByRole('tab', { name: 'curl' }).click()
  expect(await page.getByRole('tabpanel').textContent()).toContain(`${world.server.url}/v1/chat/completions`)
  expect(await page.title()).toContain('lumen/tiny-llama')
})

it('browses files, history and a commit', async () => {
  const page = await world.open('/lumen/tiny-llama')
  await page.getByRole('link', { name: 'Files' }).click()
  await page.getByRole('link', { name: 'config.json', exact: true }).click()
  await page.getByText('LlamaForCausalLM').waitFor()
  await page.getByRole('link', { name: 'Commits', exact: true }).click()
  await page.locator('main li a').first().click()
  await page.waitForURL(/\/commit\/[0-9a-f]{40}/)
  await page.goBack()
  await page.waitForURL(/\/commits\/main/)
})

it('[C1] [R1] [PR2] calls a model in the playground; buyer and seller see the same cost to the micro', async () => {
  const page = await world.open('/playground?model=lumen/tiny-llama&max=24', { as: 'sam' })
  await page.getByRole('textbox', { name: 'Message' }).fill('What is 3 plus 4?')
  await page.keyboard.press('Enter')
  await page.getByTestId('figures').waitFor({ timeout: 60_000 })
  const cost = micros((await page.getByTestId('cost').textContent()) ?? '')
  expect(cost).toBeGreaterThan(0n)

  const usage = await world.open('/billing/usage', { as: 'sam' })
  const row = usage.getByRole('row', { name: /lumen\/tiny-llama/ })
  await expect
    .poll(
      async () =>
        micros(
          (await row
            .locator('td')
            .last()
            .textContent({ timeout: 1000 })
            .catch(() => '0')) ?? '0',
        ),
      { timeout: 30_000 },
    )
    .toBe(cost)
  await row.click()
  const panel = usage.getByRole('dialog')
  await panel.locator('tr[data-row]').first().click()
  await panel.getByRole('region', { name: /^Calls/ }).waitFor()
  await usage.waitForURL(/resource=.*hour=/)

  const seller = await world.open('/market/sell', { as: 'nova' })
  await expect
    .poll(
      async () =>
        micros(
          (await seller
            .locator('tfoot td')
            .nth(3)
            .textContent({ timeout: 1000 })
            .catch(() => '0')) ?? '0',
        ),
      { timeout: 30_000 },
    )
    .toBe(cost)
  await seller.getByRole('region', { name: 'Sales lumen' }).locator('tr[data-row]').first().click()
  const transfers = seller.getByRole('dialog').getByRole('region', { name: 'Transfers behind this line' })
  await transfers.locator('tr[data-row]').first().waitFor()
  // A seller sees the legs of the group that touch their accounts: what is theirs, without the platform's fee.
  const mine = micros((await seller.locator('tfoot td').last().textContent()) ?? '')
  const parts = await transfers.locator('tbody td:last-child').allTextContents()
  expect(parts.map(micros).reduce((sum, part) => sum + part, 0n)).toBe(mine)
})

it('[R1] sales that could not be read are not shown as none', async () => {
  const page = await world.open('/', { as: 'nova' })
  await page.route('**/api/v1/market/revenue/sales?*', (route) =>
    route.fulfill({ status: 403, json: { error: { code: 'Forbidden', message: 'No.' } } }),
  )
  await world.goTo(page, '/market/sell?account=lumen')
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor()
  await page.unroute('**/api/v1/market/revenue/sales?*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('region', { name: 'Sales lumen' }).locator('tr[data-row]').first().waitFor()
})

it('[M2] creates a model and fills it by drag and drop, small and large files alike', async () => {
  const page = await world.open('/new', { as: 'nova' })
  await page.getByLabel('Owner').selectOption('lumen')
  await page.getByLabel('Name', { exact: true }).fill('dropped model')
  await page.getByRole('button', { name: 'Create model' }).click()
  await page
    .getByText(/Use letters, digits/)
    .first()
    .waitFor()
  await page.getByLabel('Name', { exact: true }).fill('dropped')
  await page.getByRole('button', { name: 'Create model' }).click()
  await page.waitForURL(/\/lumen\/dropped\/tree\/main/)

  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer()
    transfer.items.add(new File(['---\nlicense: mit\n---\n# Dropped\n\nFrom a browser.\n'], 'README.md'))
    transfer.items.add(new File([new Uint8Array(3_000_000).fill(7)], 'weights.safetensors'))
    return transfer
  })
  await page.getByTestId('dropzone').dispatchEvent('drop', { dataTransfer: data })
  await page.getByRole('textbox', { name: 'What did you change?' }).fill('Add card and weights')
  await page.getByRole('button', { name: 'Commit to main' }).click()
  await page.waitForURL(/\/lumen\/dropped\/tree\/main/, { timeout: 30_000 })
  await page.getByRole('link', { name: 'weights.safetensors', exact: true }).waitFor()
  const answer = await fetch(`${world.server.url}/lumen/dropped/resolve/main/weights.safetensors`)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([3_000_000, 7, 7])
  await page.getByRole('link', { name: 'Card', exact: true }).click()
  await page.getByText('From a browser.').waitFor()
})

it('deletes a repository only after its name is typed', async () => {
  const page = await world.open('/lumen/unreleased/settings', { as: 'nova' })
  await page.getByRole('button', { name: 'Delete this repository' }).click()
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete this repository' })
  expect(await confirm.isDisabled()).toBe(true)
  await page.getByLabel('Type lumen/unreleased to confirm').fill('lumen/unreleased')
  await confirm.click()
  await page.getByText('lumen/unreleased was deleted.').waitFor()
  expect((await fetch(`${world.server.url}/api/models/lumen/unreleased`)).status).toBe(401)
})
