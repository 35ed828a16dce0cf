import { strict as assert } from 'node:assert'
import { oauthHandleRedirect, oauthLoginUrl, whoAmI } from '@huggingface/hub'
import { type CaseResult, runCases, type Target } from '../target.js'
import { openBrowser } from './person.js'

const CALLBACK = 'http://localhost:7860/'

/** The helpers of `@huggingface/hub` for pages: no secret, no client id at the token endpoint, state as JSON. */
export async function hubJsCases(target: Target): Promise<CaseResult[]> {
  const browser = openBrowser(target)
  const app = await browser.makeApp({
    redirectUris: [CALLBACK],
    scopes: ['openid', 'profile', 'email'],
    isPublic: true,
  })
  const login = async (scopes: string) => {
    const kept: { nonce?: string; codeVerifier?: string } = {}
    const address = await oauthLoginUrl({
      hubUrl: target.url,
      clientId: app.id,
      redirectUrl: CALLBACK,
      scopes,
      state: 'where I was',
      localStorage: kept,
    })
    const back = await browser.authorize(address)
    return {
      redirectedUrl: back.href,
      hubUrl: target.url,
      nonce: kept.nonce ?? '',
      codeVerifier: kept.codeVerifier ?? '',
    }
  }
  return runCases({
    'signs in and tells who it is': async () => {
      const result = await oauthHandleRedirect(await login('openid profile email'))
      assert.equal(result.scope, 'openid profile email')
      assert.equal(result.state, 'where I was')
      assert.ok(result.accessTokenExpiresAt.getTime() > Date.now() + 3_600_000)
      const { sub, picture, orgs, ...rest } = result.userInfo
      assert.ok(sub !== '' && picture.startsWith(`${target.url}/avatars/`))
      assert.deepEqual(
        orgs?.map((org) => org.preferred_username),
        ['stoa'],
      )
      assert.deepEqual(rest, {
        name: 'Alice A',
        preferred_username: 'alice',
        profile: `${target.url}/alice`,
        email: 'alice@example.org',
        email_verified: true,
        isPro: false,
      })
      const me = await whoAmI({ hubUrl: target.url, accessToken: result.accessToken })
      assert.equal(me.name, 'alice')
    },
    'learns only what it asked for': async () => {
      const { userInfo } = await oauthHandleRedirect(await login('openid'))
      assert.deepEqual(Object.keys(userInfo), ['sub'])
    },
    'is refused with another verifier': async () => {
      const sent = await login('openid profile')
      await assert.rejects(() => oauthHandleRedirect({ ...sent, codeVerifier: 'x'.repeat(43) }), /invalid_grant/)
    },
  })
}
