import { createHash, randomBytes } from 'node:crypto'
import type { Page } from 'playwright-core'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openWorld, type World } from '../world.js'

let world: World
const folder = mkdtempSync(join(tmpdir(), 'stoa-uploads-'))
const bytes = randomBytes(70_000_000)
const weights = join(folder, 'weights.safetensors')

beforeAll(async () => {
  writeFileSync(weights, bytes)
  writeFileSync(join(folder, 'notes.txt'), 'small\n')
  world = await openWorld()
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(async () => {
  await world?.close()
  rmSync(folder, { recursive: true })
})

async function emptyRepo(name: string): Promise<Page> {
  const page = await world.open('/', { as: 'nova' })
  const made = await page.request.post('/api/repos/create', {
    headers: { origin: world.server.url },
    data: { name, organization: 'lumen' },
  })
  expect(made.ok()).toBe(true)
  await page.goto(`/lumen/${name}/upload/main`, { waitUntil: 'networkidle' })
  return page
}

const digest = async (name: string) => {
  const answer = await fetch(`${world.server.url}/lumen/${name}/resolve/main/weights.safetensors`)
  return createHash('sha256')
    .update(new Uint8Array(await answer.arrayBuffer()))
    .digest('hex')
}
const expected = createHash('sha256').update(bytes).digest('hex')

/** Uploads that the browser of a page remembers, each with how many parts have arrived. */
const remembered = (page: Page): Promise<number[]> =>
  page.evaluate(
    () =>
      new Promise<number[]>((resolve, reject) => {
        const opened = indexedDB.open('stoa-uploads', 1)
        opened.addEventListener('error', () => reject(opened.error))
        opened.addEventListener('success', () => {
          const asked = opened.result.transaction('uploads').objectStore('uploads').getAll()
          asked.addEventListener('error', () => reject(asked.error))
          asked.addEventListener('success', () => {
            opened.result.close()
            const uploads = asked.result as { files: { parts?: { etags: object } }[] }[]
            resolve(uploads.map(({ files }) => Object.keys(files[0]?.parts?.etags ?? {}).length))
          })
        })
      }),
  )

/** Longer than the pause between two writings of what is remembered. */
const nothingMoreIsWritten = (page: Page) => page.waitForTimeout(600)

/** Counts parts that are sent, and lets a test cut the connection after some of them. */
async function watchParts(page: Page, cut: { after: number }) {
  const sent: string[] = []
  await page.route(/\/lfs\/objects\/.*\/parts\/.*\/\d+/, async (route) => {
    if (sent.length >= cut.after) return route.abort('connectionreset')
    sent.push(new URL(route.request().url()).pathname)
    await route.continue()
  })
  return sent
}

it('uploads with progress, waits out a cut connection, and commits', async () => {
  const page = await emptyRepo('cut')
  const cut = { after: 2 }
  const sent = await watchParts(page, cut)
  await page.getByTestId('choose-files').setInputFiles([weights, join(folder, 'notes.txt')])
  await page.getByText('weights.safetensors').waitFor()
  await page.getByRole('button', { name: 'Commit to main' }).click()
  const bar = page.getByRole('progressbar', { name: /Upload of/ })
  await bar.waitFor()
  await page.getByText('Connection lost; goes on by itself').waitFor()
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(10)
  // Looking at another page meanwhile: the tray keeps it in sight.
  await page.getByRole('link', { name: 'Card', exact: true }).click()
  await page.getByRole('region', { name: 'Uploads' }).waitFor()
  cut.after = 1000
  await page.getByRole('region', { name: 'Uploads' }).getByText('Done').waitFor({ timeout: 60_000 })
  expect(new Set(sent).size).toBe(sent.length)
  expect(sent.length).toBe(5)
  expect(await digest('cut')).toBe(expected)
})

it('goes on after a reload with the parts that are missing, and not again with the others', async () => {
  const page = await emptyRepo('reloaded')
  const cut = { after: 3 }
  const sent = await watchParts(page, cut)
  await page.getByTestId('choose-files').setInputFiles([weights])
  await page.getByRole('button', { name: 'Commit to main' }).click()
  await page.getByText('Connection lost; goes on by itself').waitFor()
  // The connection is lost to the fourth part, and that is tried when the first of three has arrived.
  await expect.poll(() => remembered(page), { timeout: 30_000 }).toEqual([3])
  page.on('dialog', (dialog) => void dialog.accept())
  await page.goto('/lumen/reloaded/tree/main/', { waitUntil: 'networkidle' })
  await page.getByText(/was cut off; .* have arrived/).waitFor()
  cut.after = 1000
  await page.getByTestId('choose-files').first().setInputFiles([weights])
  await page.waitForURL(/\/lumen\/reloaded\/tree\/main/, { timeout: 60_000 })
  await page.getByRole('link', { name: 'weights.safetensors', exact: true }).waitFor({ timeout: 60_000 })
  expect(new Set(sent).size).toBe(sent.length)
  expect(sent.length).toBe(5)
  expect(await digest('reloaded')).toBe(expected)
  await nothingMoreIsWritten(page)
  expect(await remembered(page)).toEqual([])
})

it('pauses, goes on, and cancels without a trace', async () => {
  const page = await emptyRepo('cancelled')
  await watchParts(page, { after: 1 })
  await page.getByTestId('choose-files').setInputFiles([weights])
  await page.getByRole('button', { name: 'Commit to main' }).click()
  await page.getByText('Connection lost; goes on by itself').waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText('Paused').waitFor()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Connection lost; goes on by itself').waitFor()
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await page.getByTestId('dropzone').waitFor()
  await nothingMoreIsWritten(page)
  expect(await remembered(page)).toEqual([])
  const files = await page.request.get('/api/models/lumen/cancelled/tree/main')
  expect(((await files.json()) as { path: string }[]).map(({ path }) => path)).not.toContain('weights.safetensors')
})
