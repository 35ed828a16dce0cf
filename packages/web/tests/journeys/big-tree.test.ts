import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorld, type World } from '../world.js'

const files = 100_000
let world: World
const folder = mkdtempSync(join(tmpdir(), 'stoa-big-tree-'))

const nameOf = (index: number) => `${String(index).padStart(6, '0')}.json`
const textOf = (index: number) => `{"id": ${index}}\n`
const oidOf = (kind: string, content: Buffer) =>
  createHash('sha1').update(`${kind} ${content.length}\0`).update(content).digest()

/** The folder as git keeps it. */
function makeTree(): Buffer {
  const entries = Array.from({ length: files }, (_, index) => [
    Buffer.from(`100644 ${nameOf(index)}\0`),
    oidOf('blob', Buffer.from(textOf(index))),
  ])
  return Buffer.concat(entries.flat())
}

/**
 * A history of a hundred thousand small files in one folder and twenty commits, as `git fast-import` reads it. The folder is
 * there already: fast-import looks through a whole folder for each file it puts there, which took it half a minute.
 */
function writeHistory(tree: Buffer): string {
  const parts = Array.from({ length: files }, (_, index) => {
    const text = textOf(index)
    return `blob\nmark :${index + 1}\ndata ${text.length}\n${text}\n`
  })
  const commit = (message: string, at: number, changes: readonly string[]) =>
    parts.push(
      `commit refs/heads/main\ncommitter Nova <nova@example.org> ${1_700_000_000 + at * 3600} +0000\ndata ${message.length}\n${message}\n${changes.join('\n')}\n\n`,
    )
  commit('Add samples', 0, [`M 040000 ${oidOf('tree', tree).toString('hex')} samples`])
  for (let nth = 1; nth < 20; nth += 1)
    commit(
      `Correct batch ${nth}`,
      nth,
      Array.from({ length: 20 }, (_, index) => `M 100644 :${index + 1} samples/${nameOf(nth * 5000 + index)}`),
    )
  return parts.join('')
}

/** The server runs in this process, so git must not hold it up. */
async function git(args: readonly string[], input: string | Buffer = ''): Promise<void> {
  const child = spawn('git', args, { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`git ${args[0]}: ${said}`)
}

beforeAll(async () => {
  world = await openWorld()
  const page = await world.open('/', { as: 'nova' })
  const headers = { origin: world.server.url }
  await page.request.post('/api/repos/create', { headers, data: { name: 'big', organization: 'lumen' } })
  const made = await page.request.post('/api/v1/accounts/tokens', { headers, data: { name: 'git', role: 'write' } })
  const { secret } = (await made.json()) as { secret: string }
  await git(['init', '-q', '-b', 'main'])
  const tree = makeTree()
  await git(['hash-object', '-t', 'tree', '-w', '--stdin'], tree)
  await git(['fast-import', '--quiet'], writeHistory(tree))
  await git(['push', '-q', '-f', world.server.url.replace('://', `://nova:${secret}@`) + '/lumen/big', 'main'])
})
afterAll(async () => {
  await world?.close()
  rmSync(folder, { recursive: true })
})

it('pages through a folder of 100,000 files: few rows in the page, last commits where the reader rests', async () => {
  const page = await world.open('/lumen/big/tree/main/samples')
  const rows = page.locator('li[aria-posinset]')
  await page.getByRole('link', { name: '000000.json', exact: true }).waitFor()
  const first = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)
  expect(await rows.count()).toBeLessThan(120)
  expect(Number(await rows.first().getAttribute('aria-setsize'))).toBe(1000)

  // Down by a window's height per frame for two seconds; the pages come as they are needed.
  const frames = await page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const times: number[] = []
        let last = performance.now()
        const step = (now: number) => {
          times.push(now - last)
          last = now
          window.scrollBy(0, window.innerHeight)
          if (times.length < 120) requestAnimationFrame(step)
          else resolve(times.slice(1))
        }
        requestAnimationFrame(step)
      }),
  )
  const ordered = frames.toSorted((a, b) => a - b)
  const told = { firstPaintMs: Math.round(first), medianFrameMs: ordered[60], p95FrameMs: ordered[113] }
  process.stdout.write(`${JSON.stringify(told)}\n`)
  // How far two seconds of frames go is told by how fast the pages come.
  const goDown = () => page.evaluate(() => window.scrollBy(0, window.innerHeight))
  await expect
    .poll(async () => goDown().then(async () => Number(await rows.first().getAttribute('aria-posinset'))), {
      timeout: 30_000,
    })
    .toBeGreaterThan(1000)
  expect(await rows.count()).toBeLessThan(120)

  // Keyboard: the next row takes the focus, and the page follows.
  await rows.nth(40).getByRole('link').first().focus()
  for (let nth = 0; nth < 40; nth += 1) await page.keyboard.press('j')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toMatch(/\d{6}\.json/)

  await page.goto('/lumen/big/blob/main/samples/050000.json')
  await page.getByText('Correct batch 10').waitFor()
  await page.goto('/lumen/big/tree/main/samples')
  await page.locator('li', { hasText: '000003.json' }).getByText('Add samples').waitFor({ timeout: 30_000 })
  expect(world.takeErrors()).toEqual([])
})
