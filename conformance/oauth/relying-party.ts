import { strict as assert } from 'node:assert'
import * as oidc from 'openid-client'
import { type CaseResult, runCases, type Target } from '../target.js'
import { type Browser, openBrowser } from './person.js'

const CALLBACK = 'https://app.example.org/callback'
const LOCAL = { execute: [oidc.allowInsecureRequests] }
const SCOPES = ['openid', 'profile', 'email', 'read-repos']

interface Asked {
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  readonly back: URL
}

/** One authorization with everything a careful app sends. */
async function ask(config: oidc.Configuration, browser: Browser, more: Record<string, string> = {}): Promise<Asked> {
  const verifier = oidc.randomPKCECodeVerifier()
  const state = oidc.randomState()
  const nonce = oidc.randomNonce()
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: SCOPES.join(' '),
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  })
  return { verifier, state, nonce, back: await browser.authorize(address) }
}

const redeem = (config: oidc.Configuration, asked: Asked) =>
  oidc.authorizationCodeGrant(config, asked.back, {
    pkceCodeVerifier: asked.verifier,
    expectedState: asked.state,
    expectedNonce: asked.nonce,
    idTokenExpected: true,
  })

const refusedWith = (error: string, call: () => Promise<unknown>) =>
  assert.rejects(call, (thrown: { error?: string }) => {
    assert.equal(thrown.error, error)
    return true
  })

/** `openid-client`, which knows nothing of this platform: discovery and every check of a certified relying party. */
export async function relyingPartyCases(target: Target): Promise<CaseResult[]> {
  const browser = openBrowser(target)
  const server = new URL(target.url)
  const confidential = await browser.makeApp({ redirectUris: [CALLBACK], scopes: SCOPES, isPublic: false })
  const open = await browser.makeApp({ redirectUris: [CALLBACK], scopes: SCOPES, isPublic: true })
  const discover = (auth: oidc.ClientAuth, app = confidential) => oidc.discovery(server, app.id, {}, auth, LOCAL)
  const post = () => discover(oidc.ClientSecretPost(confidential.secret))
  return runCases({
    'signs in with a secret in the body; the identity token holds; userinfo is the same person': async () => {
      const config = await post()
      const tokens = await redeem(config, await ask(config, browser))
      const claims = tokens.claims()
      assert.equal(claims?.['preferred_username'], 'alice')
      const info = await oidc.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '')
      assert.equal(info.email, 'alice@example.org')
      assert.equal(info.email_verified, true)
    },
    'signs in with HTTP Basic': async () => {
      const config = await discover(oidc.ClientSecretBasic(confidential.secret))
      assert.ok((await redeem(config, await ask(config, browser))).refresh_token)
    },
    'signs in without a secret; PKCE stands in its place': async () => {
      const config = await discover(oidc.None(), open)
      assert.ok((await redeem(config, await ask(config, browser))).id_token)
    },
    'refuses a wrong verifier, a second use, a wrong secret': async () => {
      const config = await post()
      const asked = await ask(config, browser)
      await refusedWith('invalid_grant', () => redeem(config, { ...asked, verifier: oidc.randomPKCECodeVerifier() }))
      await redeem(config, asked)
      await refusedWith('invalid_grant', () => redeem(config, asked))
      const wrong = await discover(oidc.ClientSecretPost('wrong'))
      await refusedWith('invalid_client', async () => redeem(wrong, await ask(wrong, browser)))
    },
    'the client notices a foreign state, a foreign nonce and an answer of another issuer': async () => {
      const config = await post()
      const asked = await ask(config, browser)
      await assert.rejects(() => redeem(config, { ...asked, state: 'other' }))
      await assert.rejects(() => redeem(config, { ...asked, nonce: 'other' }))
      const mixed = await ask(config, browser)
      mixed.back.searchParams.set('iss', 'https://other.example.org')
      await assert.rejects(() => redeem(config, mixed))
    },
    'a person who says no is heard of as an error': async () => {
      const config = await post()
      const address = oidc.buildAuthorizationUrl(config, {
        redirect_uri: CALLBACK,
        scope: 'openid',
        state: 's',
        prompt: 'consent',
      })
      const back = await browser.authorize(address, false)
      await refusedWith('access_denied', () => oidc.authorizationCodeGrant(config, back, { expectedState: 's' }))
    },
    'refreshes; an old refresh token ends the sign-in': async () => {
      const config = await post()
      const first = await redeem(config, await ask(config, browser))
      const second = await oidc.refreshTokenGrant(config, first.refresh_token ?? '')
      assert.notEqual(second.refresh_token, first.refresh_token)
      await refusedWith('invalid_grant', () => oidc.refreshTokenGrant(config, first.refresh_token ?? ''))
      await refusedWith('invalid_grant', () => oidc.refreshTokenGrant(config, second.refresh_token ?? ''))
    },
    'introspects and revokes': async () => {
      const config = await post()
      const tokens = await redeem(config, await ask(config, browser))
      assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, true)
      await oidc.tokenRevocation(config, tokens.refresh_token ?? '')
      assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, false)
      await assert.rejects(() => oidc.fetchUserInfo(config, tokens.access_token, oidc.skipSubjectCheck))
    },
    'makes itself known and signs in at once': async () => {
      const metadata = { redirect_uris: [CALLBACK], client_name: 'Comes by itself', token_endpoint_auth_method: 'none' }
      const config = await oidc.dynamicClientRegistration(server, metadata, oidc.None(), LOCAL)
      assert.ok((await redeem(config, await ask(config, browser))).id_token)
      await refusedWith('invalid_redirect_uri', () =>
        oidc.dynamicClientRegistration(server, { redirect_uris: ['http://evil.example.org'] }, undefined, LOCAL),
      )
    },
    'signs a device in': async () => {
      const config = await discover(oidc.None(), open)
      const started = await oidc.initiateDeviceAuthorization(config, { scope: 'openid profile' })
      await browser.confirmCode(started.user_code)
      const tokens = await oidc.pollDeviceAuthorizationGrant(config, { ...started, interval: 0.1 })
      assert.equal(tokens.claims()?.['preferred_username'], 'alice')
    },
  })
}
