import { startTestServer } from '@stoa/testkit'
import { chromium } from 'playwright-core'
import { expect, it } from 'vitest'
import { password } from '../world.js'

it('[V1] the one-time link of a fresh server makes its first administrator, once', async () => {
  const server = await startTestServer()
  const browser = await chromium.launch({
    executablePath: process.env['STOA_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    const link = (await server.running.app.accounts.makeAdminLink()) ?? ''
    const page = await browser.newPage()
    await page.goto(link)
    await page.getByRole('heading', { name: 'Take charge of this server' }).waitFor()
    await page.getByText('Telemetry').waitFor()
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Become administrator' }).click()
    await page.getByRole('heading', { name: 'Hello, ada' }).waitFor()
    await page.goto(link)
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
    expect(await page.getByText('Nobody is in charge of this server yet').count()).toBe(0)
  } finally {
    await browser.close()
    await server.stop()
  }
})
