import { strict as assert } from 'node:assert'
import { installPython, runPythonCases } from '../environments.js'
import type { CaseResult, Suite, Target } from '../target.js'
import { hubJsCases } from './hub-js.js'
import { openIssuer } from './issuer.js'
import { openBrowser } from './person.js'
import { relyingPartyCases } from './relying-party.js'

/** The Python client with what its web helper needs; versions before and after signing in by a code. */
const PYTHON = ['1.20.1', '2.4.0'] as const
const CALLBACK = 'https://testserver/oauth/huggingface/callback'
const WEB_HELPER = ['authlib', 'fastapi', 'httpx', 'itsdangerous']

async function runPython(version: string, target: Target): Promise<CaseResult[]> {
  // The suite's own helper calls the app inside the process through the transport of that version.
  const folder = await installPython(`huggingface_hub-${version}-oauth`, [
    `huggingface_hub[oauth]==${version}`,
    'click',
    'python-multipart',
    ...WEB_HELPER,
  ])
  const browser = openBrowser(target)
  const app = await browser.makeApp({
    redirectUris: [`${CALLBACK}?_target_url=%2F%3F`],
    scopes: ['openid', 'profile', 'email'],
    isPublic: false,
  })
  const issuer = await openIssuer()
  try {
    await trustJobs(target, issuer.url)
    const job = { sub: 'repo:acme/train:ref:refs/heads/main', repository: 'acme/train', ref: 'refs/heads/main' }
    return await runPythonCases(folder, 'oauth/apps.py', target, {
      xet: false,
      env: {
        BROWSER: target.browser,
        APP_ID: app.id,
        APP_SECRET: app.secret,
        ID_TOKEN: issuer.idToken({ ...job, aud: target.url }),
        FOREIGN_ID_TOKEN: issuer.idToken({ ...job, aud: 'https://hub.example.org' }),
      },
    })
  } finally {
    issuer.close()
  }
}

/** What the operator and the owner of the repository write down for their build service. */
async function trustJobs(target: Target, issuer: string): Promise<void> {
  const text = [
    'tokenIssuers:',
    `  - { issuer: "${issuer}", kind: github }`,
    'trustedPublishers:',
    `  - { type: model, target: alice/from-ci, issuer: "${issuer}", claims: { repository: acme/train } }`,
  ].join('\n')
  const answer = await fetch(`${target.url}/api/v1/platform/manifest/apply`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.root}`, 'content-type': 'application/json' },
    body: JSON.stringify({ documents: [{ name: 'publishers.yaml', text }] }),
  })
  assert.equal(answer.status, 200, await answer.text())
}

/** Programs that sign people in with this platform, and programs that sign in to it. */
export const oauthSuites: readonly Suite[] = [
  { name: 'oauth: openid-client 6.8.9', run: relyingPartyCases },
  { name: 'oauth: @huggingface/hub 2.17.5', run: hubJsCases },
  ...PYTHON.map(
    (version): Suite => ({
      name: `oauth: huggingface_hub ${version}`,
      run: (target) => runPython(version, target),
    }),
  ),
]
