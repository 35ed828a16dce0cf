import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { startTestServer, type TestServer } from '@stoa/testkit'
import { inject } from 'vitest'
import { untilQuiet } from './look.js'

export const password = 'correct horse battery'

export interface World {
  server: TestServer
  /** A page of a fresh browser profile, signed in when a name is given. Errors of its script fail the test that ends it. */
  open(path: string, options?: BrowserContextOptions & { as?: string }): Promise<Page>
  /** Another page in the same window: loaded, drawn, and nothing asked for any more. */
  goTo(page: Page, path: string): Promise<void>
  /** Errors that pages of this world reported since the last call. */
  takeErrors(): string[]
  close(): Promise<void>
}

export const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }

/** A real server with the people and models of world.yaml, and a real browser. */
export async function openWorld(env: Record<string, string> = {}): Promise<World> {
  const server = await startTestServer({ env, dataFrom: inject('worldDir') })
  const executablePath = process.env['STOA_CHROMIUM'] ?? '/usr/bin/chromium'
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const errors: string[] = []
  const cookies = new Map<string, Awaited<ReturnType<BrowserContext['storageState']>>>()

  const signIn = async (name: string) => {
    const known = cookies.get(name)
    if (known) return known
    const context = await browser.newContext()
    const answer = await context.request.post(`${server.url}/api/v1/accounts/sign-in`, {
      data: { login: name, password },
    })
    if (!answer.ok()) throw new Error(`${name} could not sign in: ${answer.status()} ${await answer.text()}`)
    const state = await context.storageState()
    await context.close()
    cookies.set(name, state)
    return state
  }

  const goTo = async (page: Page, path: string): Promise<void> => {
    await untilQuiet(page, () => page.goto(path))
    await page.locator('main :is(h1, h2):visible').first().waitFor()
  }

  return {
    server,
    open: async (path, { as, ...options } = {}) => {
      const context = await browser.newContext({
        baseURL: server.url,
        ...options,
        ...(as ? { storageState: await signIn(as) } : {}),
      })
      const page = await context.newPage()
      page.on('pageerror', (error) => errors.push(`${page.url()}: ${error.message}`))
      page.on('console', (message) => {
        if (message.type() === 'error' && !/Failed to load resource|StoaError: /.test(message.text()))
          errors.push(`${page.url()}: ${message.text()}`)
      })
      await goTo(page, path)
      return page
    },
    goTo,
    takeErrors: () => errors.splice(0),
    close: async () => {
      await browser.close()
      await server.stop()
    },
  }
}
