import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openWorld, type World } from '../world.js'

let world: World
const repo = 'lumen/shelf'
const seed = (path: string) => readFileSync(new URL(`../../../../seed/models/${path}`, import.meta.url))

/** A picture of one red point. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='

/** Three rows of an int64, a text and a double, as Arrow writes them. */
const parquet =
  'UEFSMRUAFTwVNiwVBhUAFQYVBhwAAAAeHAIAAAAGAQEACQEBDiwAAAAAAwAAAAAAAAAVABU2FTosFQYVABUGFQYcAAAAG2gCAAAAAwMDAAAAb25lCgAAAHR3bywgdGhyZWUVABU8FTgsFQYVABUGFQYcAAAAHhgCAAAABgEABQEE4D8FBygA+D8AAAAAAAAAwBUEGUw1ABgGc2NoZW1hFQYAFQQlAhgCaWQAFQwlAhgEd29yZCUATBwAAAAVCiUCGAVzY29yZQAWBhkcGTwmABwVBBklBgAZGAJpZBUCFgYWYhZcJghJHBUAFQAVAgA8KQYZJgAGAAAAJgAcFQwZJQYAGRgEd29yZBUCFgYWXBZgJmRJHBUAFQAVAgA8FhoZBhkmAgQAAAAmABwVChklBgAZGAVzY29yZRUCFgYWYhZeJsQBSRwVABUAFQIAPCkGGSYABgAAABagAhYGJggWmgIAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRk8HAAAHAAAHAAAAP8AAABQQVIx'

/** A tenth of a second of silence. */
function wav(): Buffer {
  const bytes = Buffer.alloc(44 + 800, 128)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.write('WAVEfmt ', 8)
  for (const [at, value] of [16, 0x1_0001, 8000, 8000, 0x8_0001].entries()) bytes.writeUInt32LE(value, 16 + 4 * at)
  bytes.write('data', 36)
  bytes.writeUInt32LE(800, 40)
  return bytes
}

/** Commits files in the name of the person a page belongs to. */
async function commitAs(page: Page, files: Record<string, string | Buffer>, rev = 'main', message = 'Add files') {
  const lines = [
    { key: 'header', value: { summary: message } },
    ...Object.entries(files).map(([path, content]) => ({
      key: 'file',
      value: { path, content: Buffer.from(content).toString('base64'), encoding: 'base64' },
    })),
  ]
  const answer = await page.request.post(`/api/models/${repo}/commit/${rev}`, {
    headers: { 'content-type': 'application/x-ndjson', origin: world.server.url },
    data: lines.map((line) => JSON.stringify(line)).join('\n'),
  })
  expect(answer.ok(), await answer.text()).toBe(true)
}

beforeAll(async () => {
  world = await openWorld()
  const page = await world.open('/', { as: 'nova' })
  const made = await page.request.post('/api/repos/create', {
    headers: { origin: world.server.url },
    data: { name: 'shelf', organization: 'lumen' },
  })
  expect(made.ok()).toBe(true)
  await commitAs(page, {
    'README.md': '---\nlicense: mit\n---\n# Shelf\n\nSee [the guide](docs/guide.md).\n',
    'docs/guide.md': '# Guide\n\n![point](point.png)\n',
    'docs/point.png': Buffer.from(png, 'base64'),
    'train.py': 'rate = 3e-4\nlayers = 4\nprint(rate)\n',
    'rows.csv': 'id,word,score\n1,"one, two",0.5\n2,three,1.5\n',
    'rows.parquet': Buffer.from(parquet, 'base64'),
    'tone.wav': wav(),
    'evil.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>parent.document.title="gone"</script></svg>',
    'weights/model.gguf': seed('tiny-llama/tiny-llama.q8_0.gguf'),
    'weights/part.safetensors': seed('tiny-llama/model.safetensors'),
  })
  await commitAs(page, { 'train.py': 'rate = 2e-4\nlayers = 6\nprint(rate)\n' }, 'main', 'Slower and deeper')
  await page.context().close()
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(() => world?.close())

it('browses folders with the last commit of each entry, and shows files as what they are', async () => {
  const page = await world.open(`/${repo}/tree/main/`)
  const row = page.locator('li', { has: page.getByRole('link', { name: 'train.py', exact: true }) })
  await row.getByText('Slower and deeper').waitFor()
  await page.getByRole('link', { name: 'docs', exact: true }).click()
  await page.getByRole('link', { name: 'guide.md', exact: true }).click()
  await page.getByRole('heading', { name: 'Guide' }).waitFor()
  const picture = page.getByRole('img', { name: 'point' })
  expect(await picture.getAttribute('src')).toBe(`/${repo}/resolve/main/docs/point.png`)
  await page.getByRole('button', { name: 'Source' }).click()
  await page.getByText('![point](point.png)').waitFor()

  await page.goto(`/${repo}/blob/main/docs/point.png`)
  await page.getByText('1 × 1').waitFor()
  await page.goto(`/${repo}/blob/main/rows.csv`)
  await page.getByRole('cell', { name: 'one, two' }).waitFor()
  await page.getByRole('columnheader', { name: 'score number' }).waitFor()
  await page.goto(`/${repo}/blob/main/rows.parquet`)
  await page.getByRole('cell', { name: 'two, three' }).waitFor()
  await page.getByRole('columnheader', { name: 'score float64' }).waitFor()
  await page.goto(`/${repo}/blob/main/tone.wav`)
  await page.getByLabel('tone.wav').waitFor()
  await page.waitForFunction(() => (document.querySelector('audio')?.duration ?? 0) > 0.09)
})

it('[M5] inspects weights: tensors, shapes, types, parameters and metadata', async () => {
  const page = await world.open(`/${repo}/blob/main/weights/part.safetensors`)
  await page.getByText('129.5k').first().waitFor()
  const table = page.getByRole('table', { name: 'tensors' })
  await table.getByText('model.embed_tokens.weight').waitFor()
  await table.getByText('[355, 64]').waitFor()
  await page.getByRole('searchbox', { name: 'Filter by name or type' }).fill('norm')
  await table.getByText('model.embed_tokens.weight').waitFor({ state: 'detached' })
  await page.goto(`/${repo}/blob/main/weights/model.gguf`)
  await page.getByRole('rowheader', { name: 'general.architecture' }).waitFor()
  await page.getByRole('table', { name: 'tensors' }).getByText('Q8_0').first().waitFor()
})

it('never renders SVG or HTML of others as a page of ours', async () => {
  const page = await world.open(`/${repo}/blob/main/evil.svg`)
  await page.getByText('parent.document.title').waitFor()
  expect(await page.locator('main svg script, main iframe, main object, main embed').count()).toBe(0)
  expect(await page.title()).not.toBe('gone')
  const bytes = await page.request.get(`/${repo}/resolve/main/evil.svg`)
  expect(bytes.headers()['content-type']).toContain('text/plain')
  expect(bytes.headers()['content-security-policy']).toContain('sandbox')
})

it('follows the history of one file to what a commit changed, word by word, also the first', async () => {
  const page = await world.open(`/${repo}/blob/main/train.py`)
  await page.getByRole('link', { name: 'History' }).click()
  await page.waitForURL(/\/commits\/main\/train\.py/)
  await page.getByRole('link', { name: 'Slower and deeper' }).click()
  await page.getByText('1 file changed').waitFor()
  expect(await page.locator('main mark').allTextContents()).toEqual(['3e', '4', '2e', '6'])
  await page.getByRole('button', { name: 'Side by side' }).click()
  await page.locator('table[data-split]').waitFor()
  await page.goto(`/${repo}/commits/main/`)
  await page.locator('main li a').last().waitFor()
  const first = await page.locator('main ul li > a').last().getAttribute('href')
  await page.goto(first ?? '')
  await page.getByText(/\d files? changed/).waitFor()
})

it('edits a file in place, keeping the draft over a reload, and shows what changes before the commit', async () => {
  const page = await world.open(`/${repo}/blob/main/train.py`, { as: 'nova' })
  await page.getByRole('link', { name: 'Edit', exact: true }).click()
  const field = page.getByRole('textbox', { name: 'Contents of the file' })
  await field.fill('rate = 1e-4\nlayers = 6\nprint(rate)\n')
  await page.reload()
  await page.getByText('What you wrote earlier is back.').waitFor()
  expect(await field.inputValue()).toContain('1e-4')
  await page.getByRole('tab', { name: 'Changes' }).click()
  await page.getByText('1 file changed').waitFor()
  await page.getByRole('textbox', { name: 'What did you change?' }).fill('Slower still')
  await page.getByRole('button', { name: 'Commit to main' }).click()
  await page.waitForURL(/\/blob\/main\/train\.py$/)
  await page.getByText('1e', { exact: false }).first().waitFor()
  const text = await (await fetch(`${world.server.url}/${repo}/resolve/main/train.py`)).text()
  expect(text).toBe('rate = 1e-4\nlayers = 6\nprint(rate)\n')
})

it('refuses to write over what somebody else changed meanwhile, unless told to', async () => {
  const page = await world.open(`/${repo}/edit/main/rows.csv`, { as: 'nova' })
  await page.getByRole('textbox', { name: 'Contents of the file' }).fill('id\n1\n')
  await commitAs(page, { 'rows.csv': 'id\n9\n' }, 'main', 'Theirs')
  await page.getByRole('button', { name: 'Commit to main' }).click()
  await page.getByText(/Somebody changed this file/).waitFor()
  await page.getByRole('button', { name: 'Replace their version' }).click()
  await page.getByRole('button', { name: 'Commit to main' }).click()
  await page.waitForURL(/\/blob\/main\/rows\.csv$/)
  expect(await (await fetch(`${world.server.url}/${repo}/resolve/main/rows.csv`)).text()).toBe('id\n1\n')
})

it('makes, renames and deletes a file, by keyboard where it matters', async () => {
  const page = await world.open(`/${repo}/tree/main/`, { as: 'nova' })
  await page.getByRole('button', { name: 'Add files' }).press('Enter')
  await page.getByRole('menuitem', { name: 'New file' }).press('Enter')
  await page.getByRole('textbox', { name: /Name of the file/ }).fill('notes/today.md')
  await page.getByRole('textbox', { name: 'Contents of the file' }).fill('# Today\n')
  await page.getByRole('tab', { name: 'Preview' }).click()
  await page.getByRole('heading', { name: 'Today' }).waitFor()
  await page.getByRole('button', { name: 'Commit to main' }).click()
  await page.waitForURL(/\/blob\/main\/notes\/today\.md$/)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Rename or move' }).click()
  await page.getByRole('textbox', { name: 'New path' }).fill('notes/yesterday.md')
  await page.getByRole('button', { name: 'Rename or move' }).click()
  await page.waitForURL(/\/blob\/main\/notes\/yesterday\.md$/)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete this file' }).click()
  await page.getByRole('button', { name: 'Delete this file' }).click()
  await page.waitForURL(/\/tree\/main/)
  const gone = await fetch(`${world.server.url}/${repo}/resolve/main/notes/yesterday.md`)
  expect(gone.status).toBe(404)
})

it('lets a reader propose a change instead', async () => {
  const page = await world.open(`/${repo}/edit/main/train.py`, { as: 'sam' })
  await page.getByRole('textbox', { name: 'Contents of the file' }).fill('rate = 5e-4\n')
  await page.getByRole('button', { name: 'Propose as pull request' }).click()
  await page.waitForURL(/\/compare\/main\.\.refs%2Fpr%2F\d+/)
  await page.getByText('1 file changed').waitFor()
  expect(await (await fetch(`${world.server.url}/${repo}/resolve/main/train.py`)).text()).not.toContain('5e-4')
})

it('makes a branch and a tag, compares, and deletes them', async () => {
  const page = await world.open(`/${repo}/refs`, { as: 'nova' })
  await page.getByRole('button', { name: 'New branch' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('bad name')
  await dialog.getByRole('button', { name: 'New branch' }).click()
  await dialog.getByText(/no spaces/).waitFor()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('try/one')
  await dialog.getByRole('button', { name: 'New branch' }).click()
  await page.getByRole('link', { name: 'try/one', exact: true }).waitFor()
  await commitAs(page, { 'extra.txt': 'more\n' }, encodeURIComponent('try/one'), 'Extra')
  await page.getByRole('link', { name: 'Compare try/one with main' }).click()
  await page.waitForURL(/\/compare\/main\.\.try%2Fone/)
  await page.getByRole('region', { name: 'extra.txt', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Swap the sides' }).click()
  await page.getByText('Deleted:').or(page.locator('[data-status="deleted"]')).first().waitFor()
  await page.goto(`/${repo}/refs`)
  await page.getByRole('button', { name: 'New tag' }).click()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('v1.0')
  await dialog.getByRole('button', { name: 'New tag' }).click()
  await page.getByRole('link', { name: 'v1.0', exact: true }).waitFor()
  for (const name of ['try/one', 'v1.0']) {
    await page.getByRole('button', { name: `Delete ${name}` }).click()
    await dialog.getByRole('button', { name: /^Delete (branch|tag)$/ }).click()
    await page.getByRole('link', { name, exact: true }).waitFor({ state: 'detached' })
  }
})

it('renames, transfers behind a typed name, and the old address leads to the new one', async () => {
  const page = await world.open(`/${repo}/settings`, { as: 'nova' })
  await page.getByRole('textbox', { name: 'New name' }).fill('shelf-two')
  await page.getByRole('button', { name: 'Rename', exact: true }).click()
  await page.waitForURL(/\/lumen\/shelf-two\/settings/)
  await page.getByRole('combobox', { name: 'New owner' }).selectOption('nova')
  await page.getByRole('button', { name: 'Transfer to nova' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByRole('button', { name: 'Transfer to nova' }).isDisabled()).toBe(true)
  await dialog.getByLabel('Type lumen/shelf-two to confirm').fill('lumen/shelf-two')
  await dialog.getByRole('button', { name: 'Transfer to nova' }).click()
  await page.waitForURL(/\/nova\/shelf-two\/settings/)
  await page.goto('/lumen/shelf/tree/main/')
  await page.waitForURL(/\/nova\/shelf-two\/tree\/main/)
  await page.getByRole('link', { name: 'train.py', exact: true }).waitFor()
})
