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

it('[V1] or with a passkey and no password at all', async () => {
  const server = await startTestServer()
  const browser = await chromium.launch({
    executablePath: process.env['STOA_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    const link = (await server.running.app.accounts.makeAdminLink()) ?? ''
    const page = await browser.newPage()
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await page.goto(link)
    await page.getByRole('link', { name: 'localhost' }).click()
    await page.waitForURL(/localhost/)
    await page.getByLabel('User name').fill('grace')
    await page.getByRole('button', { name: 'Use a passkey instead of a password' }).click()
    await page.getByRole('button', { name: 'Become administrator with a passkey' }).click()
    await page.getByTestId('recovery-codes').waitFor()
    await page.getByRole('button', { name: 'I saved them' }).click()
    await page.getByRole('heading', { name: 'Hello, grace' }).waitFor()
    await page.context().clearCookies()
    await page.goto(`${new URL(page.url()).origin}/login`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByRole('heading', { name: 'Hello, grace' }).waitFor()
  } finally {
    await browser.close()
    await server.stop()
  }
})
