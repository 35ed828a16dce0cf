import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openWorld, password, type World } from '../world.js'

const CLI = '26be6b09-91c5-47da-9861-d2d2bb7a7e36'
let world: World
let app: Server
let callback = ''
beforeAll(async () => {
  app = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<main><h1>The app</h1></main>'),
  )
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  callback = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`
  world = await openWorld()
})
afterEach(() => expect(world.takeErrors()).toEqual([]))
afterAll(async () => {
  app.close()
  await world?.close()
})

const form = async (path: string, fields: Record<string, string>) => {
  const answer = await fetch(world.server.url + path, { method: 'POST', body: new URLSearchParams(fields) })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}
const whoIs = async (token: string | undefined) => {
  const answer = await fetch(`${world.server.url}/api/whoami-v2`, { headers: { authorization: `Bearer ${token}` } })
  return answer.status === 200 ? ((await answer.json()) as { name: string }).name : answer.status
}

it('makes an app, signs in, is asked in words, and comes back to the app with a code that works', async () => {
  const settings = await world.open('/settings/connected-applications', { as: 'nova' })
  await settings.getByText('No app is connected').waitFor()
  await settings.getByRole('link', { name: 'New app' }).click()
  await settings.getByRole('button', { name: 'Create app' }).click()
  await settings.getByText('Give the app a name.').waitFor()
  await settings.getByLabel('Name', { exact: true }).fill('Star maps')
  await settings.getByLabel('Redirect addresses').fill('http://evil.example.org/cb')
  await settings.getByText('With people').click()
  await settings.getByLabel(/Read private models and datasets/).check()
  await settings.getByRole('button', { name: 'Create app' }).click()
  await settings.getByText(/is http and not on this machine/).waitFor()
  await settings.getByLabel('Redirect addresses').fill(callback)
  await settings.getByRole('button', { name: 'Create app' }).click()
  await settings.getByRole('heading', { name: 'Star maps is ready' }).waitFor()
  const clientId = (await settings.locator('dd code').first().textContent()) ?? ''

  const verifier = randomBytes(32).toString('base64url')
  // A state that a router of pages would rewrite if it took it for a number or for JSON.
  const state = '{"n": 1e3,  "x":"ü & =/?"}'
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile read-repos',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const page = await world.open(`/oauth/authorize?${query}`)
  await page.getByLabel('Name or e-mail address').fill('nova')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Let Star maps in?' }).waitFor()
  await page.getByText('Read private models and datasets').waitFor()
  await page.getByText(new URL(callback).host).waitFor()
  await page.getByLabel('Lumen Labs (lumen)').check()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('heading', { name: 'The app' }).waitFor()
  const back = new URL(page.url())
  expect([back.origin + back.pathname, back.searchParams.get('state')]).toEqual([callback, state])
  const { body } = await form('/oauth/token', {
    grant_type: 'authorization_code',
    code: back.searchParams.get('code') ?? '',
    redirect_uri: callback,
    client_id: clientId,
    code_verifier: verifier,
  })
  expect(await whoIs(body['access_token'])).toBe('nova')
  const unreleased = await fetch(`${world.server.url}/api/models/lumen/unreleased`, {
    headers: { authorization: `Bearer ${body['access_token']}` },
  })
  expect(unreleased.status).toBe(200)

  const list = await world.open('/settings/connected-applications', { as: 'nova' })
  const row = list.getByRole('row', { name: /Star maps/ }).filter({ hasText: 'lumen' })
  await row.getByRole('button', { name: 'Put out' }).click()
  await list.getByRole('dialog').getByRole('button', { name: 'Put out' }).click()
  await list.getByText('Star maps was put out.').waitFor()
  expect(await whoIs(body['access_token'])).toBe(401)
})

it('says in words what is wrong with an app, and goes nowhere', async () => {
  const query = new URLSearchParams({
    client_id: 'nobody',
    redirect_uri: 'https://evil.example.org/',
    response_type: 'code',
  })
  const page = await world.open(`/oauth/authorize?${query}`, { as: 'sam' })
  await page.getByRole('heading', { name: 'This app cannot sign you in' }).waitFor()
  expect(new URL(page.url()).origin).toBe(world.server.url)
})

it('signs the command line in by a code that the person compares, and can refuse it', async () => {
  const started = (await form('/oauth/device', { client_id: CLI })).body
  const poll = () =>
    form('/oauth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: started['device_code'] ?? '',
      client_id: CLI,
    })
  expect((await poll()).body['error']).toBe('authorization_pending')
  const page = await world.open('/oauth/device?user_code=BBBB-BBBB', { as: 'sam' })
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.locator('[id$="-error"]').first().waitFor()
  await page.getByLabel('Code').fill((started['user_code'] ?? '').toLowerCase())
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText(started['user_code'] ?? '-').waitFor()
  await page.getByText(/Go on only if you started this yourself/).waitFor()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('heading', { name: 'Signed in' }).waitFor()
  expect(await whoIs((await poll()).body['access_token'])).toBe('sam')

  const other = (await form('/oauth/device', { client_id: CLI })).body
  const complete = new URL(other['verification_uri_complete'] ?? '')
  const again = await world.open(complete.pathname + complete.search, { as: 'sam' })
  await again.getByRole('button', { name: 'Continue' }).click()
  await again.getByRole('button', { name: 'Deny' }).click()
  await again.getByRole('heading', { name: 'Refused' }).waitFor()
  const told = await form('/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: other['device_code'] ?? '',
    client_id: CLI,
  })
  expect(told.body['error']).toBe('access_denied')
})

it('does not let another page put the question into a frame', async () => {
  const page = await world.open('/oauth/device', { as: 'sam' })
  for (const path of ['/oauth/device', '/oauth/consent?request=x']) {
    const answer = await page.request.get(path)
    expect(answer.headers()['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(answer.headers()['x-frame-options']).toBe('DENY')
  }
})
