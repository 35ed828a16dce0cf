import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const QUIET_MS = 100
const require = createRequire(import.meta.url)
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

/**
 * Waits until nothing was asked for a moment and the page has drawn what came: what is only waited for is there then.
 * A slow machine takes longer than that moment from an answer to the next question, so the page is asked as well: it is
 * drawn, and keeps no space for what is still coming.
 */
export async function untilQuiet(page: Page, work: () => Promise<unknown>): Promise<void> {
  const open = new Set<object>()
  let changedAt = performance.now()
  const begin = (request: object): void => {
    open.add(request)
    changedAt = performance.now()
  }
  const end = (request: object): void => {
    if (open.delete(request)) changedAt = performance.now()
  }
  page.on('request', begin).on('requestfinished', end).on('requestfailed', end)
  try {
    await work()
    while (open.size > 0 || performance.now() - changedAt < QUIET_MS) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      // Work that waits in the page may be about to ask; a page that leaves meanwhile begins anew.
      if (open.size === 0 && !(await page.evaluate(isWhole).catch(() => false))) begin(page)
      end(page)
    }
  } finally {
    page.off('request', begin).off('requestfinished', end).off('requestfailed', end)
  }
}

/** Runs in the page. A sample of what keeps space stands for nothing. */
const isWhole = (): Promise<boolean> =>
  new Promise((resolve) =>
    requestIdleCallback(() =>
      resolve(
        document.querySelector('main :is(h1, h2)') !== null &&
          !document.querySelector('[data-loading]:not([data-sample] *)'),
      ),
    ),
  )

/** Waits until colours that fade and parts that come in are where they end. */
async function untilStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    const ending = document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime))
    await Promise.allSettled(ending.map((one) => one.finished))
  })
}

interface AxeWindow {
  readonly axe?: {
    run(options: object): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>
  }
}

/** What axe calls serious or critical, a line a rule. Our pages have no frames; details of rules that hold are not asked for. */
async function findSerious(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE)
  return page.evaluate(async () => {
    const results = await (window as AxeWindow).axe?.run({ resultTypes: ['violations'] })
    if (!results) throw new Error('axe is not here')
    return results.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  })
}

interface LookOptions {
  /** Pictures of both schemes, and of the phone, for whoever wants to see them. */
  readonly picture?: (kind: 'light' | 'dark' | 'phone') => Promise<unknown>
  /** The width it has, or the one of a phone. */
  readonly width?: 'own' | 'phone'
}

/** Nothing serious for axe in both colours, and nothing wider than the window or a phone. */
export async function checkLook(page: Page, { picture, width = 'phone' }: LookOptions = {}): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await page.evaluate((value) => document.documentElement.setAttribute('data-mantine-color-scheme', value), scheme)
    await untilStill(page)
    await picture?.(scheme)
    expect(await findSerious(page), scheme).toEqual([])
  }
  if (width === 'phone') {
    await page.setViewportSize({ width: 390, height: 844 })
    await untilStill(page)
    await picture?.('phone')
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
}
