import { createGuardedFetch } from '../../kit/http/guarded-fetch.js'
import type { Http } from '../../kit/http/server.js'
import type { ManifestNoun } from '../../kit/manifest/noun.js'
import { type Switch, switchOfMany } from '../../kit/switches.js'
import type { Accounts } from '../accounts/index.js'
import type { Orgs } from '../orgs/index.js'
import type { OauthDeps } from './deps.js'
import type { OauthKit } from './kit-deps.js'
import { createIssuerKeys } from './issuer-keys.js'
import { scheduleOauthJobs } from './jobs.js'
import { createOauthAppsNoun } from './manifest/oauth-apps-noun.js'
import { createTokenIssuersNoun } from './manifest/token-issuers-noun.js'
import { createTrustedPublishersNoun } from './manifest/trusted-publishers-noun.js'
import { listIssuers } from './queries/publishers.js'
import { bindOauthApps } from './routes/apps.js'
import { bindOauthPages } from './routes/pages.js'
import { bindOauth } from './routes/protocol.js'
import { bindPublishers } from './routes/publishers.js'
import { createSigningKeys } from './signing-keys.js'
import { createTokenSource } from './token-source.js'

/** Signing in with this platform, and build jobs elsewhere that may write here. Its tokens are believed by accounts. */
export function createOauth(kit: OauthKit & { readonly accounts: Accounts; readonly orgs: Orgs }) {
  const issuerKeys = createIssuerKeys(kit.clock, createGuardedFetch(kit.config))
  const deps: OauthDeps = { ...kit, keys: createSigningKeys(kit), issuerKeys }
  kit.accounts.provideTokenSource(createTokenSource(deps))
  const nouns = [createOauthAppsNoun(deps), createTokenIssuersNoun(deps), createTrustedPublishersNoun(deps)] as const
  return {
    nouns: nouns as readonly ManifestNoun[],
    switches: async (): Promise<Switch[]> => {
      const issuers = await listIssuers(kit.db)
      return [
        switchOfMany(
          'tokenIssuers',
          issuers.map(({ issuer, jwksUrl }) => jwksUrl ?? issuer),
        ),
      ]
    },
    routes: (http: Http): void => {
      bindOauth(http, deps)
      bindOauthPages(http, deps)
      bindOauthApps(http, deps)
      bindPublishers(http, deps)
    },
    start: async (): Promise<void> => scheduleOauthJobs(deps),
  }
}
