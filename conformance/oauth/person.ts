import { strict as assert } from 'node:assert'
import { createOauthApp, decideConsent, decideDevice, type ResponseOf } from '@stoa/contracts'
import type { Target } from '../target.js'

/** Alice with her browser: she follows redirects of this server and answers its questions. */
export interface Browser {
  /** Opens an app's authorization address, says yes where she is asked, and stops where the app would be. */
  authorize(address: string | URL, allow?: boolean): Promise<URL>
  /** Confirms the code that a program shows. */
  confirmCode(userCode: string): Promise<void>
  /** Makes an app in her settings. */
  makeApp(fields: {
    redirectUris: string[]
    scopes: string[]
    isPublic: boolean
  }): Promise<{ id: string; secret: string }>
}

export function openBrowser(target: Target): Browser {
  const send = async <T>(path: string, body: object): Promise<T> => {
    const answer = await fetch(target.url + path, {
      method: 'POST',
      headers: { cookie: target.browser, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  return {
    async authorize(address, allow = true) {
      const answer = await fetch(address, {
        redirect: 'manual',
        headers: { cookie: target.browser, accept: 'text/html' },
      })
      assert.equal(answer.status, 303, await answer.text())
      const next = new URL(answer.headers.get('location') ?? '', target.url)
      if (next.pathname !== '/oauth/consent') return next
      const request = next.searchParams.get('request') ?? ''
      const { to } = await send<ResponseOf<typeof decideConsent>>(decideConsent.path, { request, allow, orgs: 'all' })
      return new URL(to)
    },
    confirmCode: (userCode) => send<void>(decideDevice.path, { userCode, allow: true, orgs: 'all' }),
    async makeApp(fields) {
      const made = await send<ResponseOf<typeof createOauthApp>>(createOauthApp.path, {
        name: 'Conformance',
        ...fields,
      })
      return { id: made.app.clientId, secret: made.secret ?? '' }
    },
  }
}
