import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkLook } from '../look.js'
import { openWorld, type World } from '../world.js'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

const pages: [path: string, as?: string][] = [
  ['/'],
  ['/', 'sam'],
  ['/models'],
  ['/datasets'],
  ['/lumen'],
  ['/lumen/tiny-llama'],
  ['/lumen/tiny-llama/tree/main/'],
  ['/lumen/tiny-llama/blob/main/config.json'],
  ['/lumen/tiny-llama/blob/main/README.md', 'nova'],
  ['/lumen/tiny-llama/blob/main/model.safetensors', 'nova'],
  ['/lumen/tiny-llama/blob/main/tiny-llama.q8_0.gguf'],
  ['/lumen/tiny-sentiment/blob/main/onnx/model.onnx'],
  ['/lumen/tiny-llama/commits/main/'],
  ['/lumen/tiny-llama/commits/main/config.json'],
  ['/lumen/tiny-llama/refs', 'nova'],
  ['/lumen/tiny-llama/compare/4b825dc642cb6eb9a060e54bf8d69288fbee4904..main'],
  ['/lumen/tiny-llama/edit/main/config.json', 'nova'],
  ['/lumen/tiny-llama/new/main/', 'nova'],
  ['/lumen/tiny-llama/settings', 'nova'],
  ['/lumen/tiny-llama/upload/main', 'nova'],
  ['/lumen/nothing'],
  ['/no/such/page/anywhere'],
  ['/playground', 'sam'],
  ['/new', 'nova'],
  ['/new-dataset', 'nova'],
  ['/organizations/new', 'nova'],
  ['/settings/profile', 'sam'],
  ['/settings/security', 'sam'],
  ['/settings/tokens', 'sam'],
  ['/settings/tokens?new=true', 'sam'],
  ['/billing/wallet', 'sam'],
  ['/billing/usage', 'sam'],
  ['/market/sell', 'nova'],
  ['/lumen?tab=members'],
  ['/settings/publishers', 'nova'],
  ['/organizations/lumen/settings/profile', 'nova'],
  ['/organizations/lumen/settings/members', 'nova'],
  ['/organizations/lumen/settings/members?member=nova', 'nova'],
  ['/organizations/lumen/settings/roles', 'nova'],
  ['/organizations/lumen/settings/groups', 'nova'],
  ['/organizations/lumen/settings/service-accounts', 'nova'],
  ['/organizations/lumen/settings/audit', 'nova'],
  ['/organizations/lumen/settings/danger', 'nova'],
  ['/admin', 'root'],
  ['/admin/users', 'root'],
  ['/admin/users?account=sam', 'root'],
  ['/admin/organizations', 'root'],
  ['/admin/jobs', 'root'],
  ['/admin/storage', 'root'],
  ['/admin/emergency', 'root'],
  ['/admin/retention', 'root'],
  ['/admin/audit', 'root'],
  ['/login'],
  ['/join'],
  ['/welcome?link=none'],
  ['/admin/ui', 'root'],
  ['/admin/two-factor', 'root'],
  ['/organizations/lumen/settings/two-factor', 'nova'],
]

/** A browser a person keeps what it has read of the scripts. */
const browsers = new Map<string | undefined, Page>()
async function visit(path: string, as?: string): Promise<Page> {
  const known = browsers.get(as)
  const page = known ?? (await world.open(path, { colorScheme: 'light', ...(as ? { as } : {}) }))
  browsers.set(as, page)
  if (!known) return page
  await page.setViewportSize({ width: 1280, height: 720 })
  await world.goTo(page, path)
  return page
}

/** One visit per page: light, then dark, then as narrow as a phone. */
it.each(pages)(
  'axe finds nothing serious, and nothing is wider than a phone, on %s %s',
  async (path: string, as?: string) => {
    const page = await visit(path, as)
    await checkLook(page)
    expect(world.takeErrors()).toEqual([])
  },
)

it('rests: a page that nothing happens on renders nothing', async () => {
  const page = await world.open('/lumen/tiny-llama', { as: 'sam' })
  await page.waitForLoadState('networkidle')
  const scripts = async (): Promise<number> => {
    const { metrics } = await cdp.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? Number.NaN
  }
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  await page.waitForTimeout(1000)
  const before = await scripts()
  await page.waitForTimeout(2000)
  // A page in a loop of renders spends nearly all of the two seconds.
  expect((await scripts()) - before).toBeLessThan(1)
  await page.context().close()
})

it('tells robots about public pages only', async () => {
  const html = await (await fetch(`${world.server.url}/lumen/tiny-llama`)).text()
  expect(html).toContain(`<link rel="canonical" href="${world.server.url}/lumen/tiny-llama" />`)
  expect(html).toContain('<meta name="description"')
  const secret = await fetch(`${world.server.url}/lumen/unreleased`)
  const missing = await fetch(`${world.server.url}/lumen/nothing`)
  expect([secret.status, await secret.text()]).toEqual([missing.status, await missing.text()])
})
