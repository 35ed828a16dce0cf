import { refuse, samlAnswer, samlMetadata, StoaError } from '@stoa/contracts'
import { escapeHtml } from '../../../kit/http/page-html.js'
import type { Http } from '../../../kit/http/server.js'
import { makeLinkSecret } from '../../accounts/index.js'
import type { SsoDeps } from '../deps.js'
import { findConnection } from '../queries/connections.js'
import type { SamlConnection } from '../sso/connection.js'
import { keepPosted } from '../sso/open-attempt.js'

/** Where SAML providers read about us, and post. */
export function bindSaml(http: Http, deps: SsoDeps): void {
  const scope = http.scope('oauth')

  scope.bind(samlMetadata, async ({ params, reply }) => {
    const connection = await getSaml(deps, params.connectionId)
    return reply.type('application/samlmetadata+xml').send(deps.saml.metadata(connection))
  })

  scope.bind(samlAnswer, async ({ params, body, reply }) => {
    const connection = await getSaml(deps, params.connectionId)
    const code = makeLinkSecret()
    const { RelayState: relayState = '', SAMLResponse: response } = body
    const page = `/sso/callback/${connection.id}`
    const query = await keepPosted(deps, { connectionId: connection.id, relayState, response, code }).then(
      () => `answer=${code}`,
      (error: unknown) => {
        if (error instanceof StoaError) return 'expired=1'
        throw error
      },
    )
    // The post came from another site, without our cookies: a page of ours asks again with them.
    return reply
      .header('cache-control', 'no-store')
      .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
      .header('referrer-policy', 'no-referrer')
      .type('text/html; charset=utf-8')
      .send(hop(`${page}?${query}`))
  })
}

async function getSaml(deps: SsoDeps, id: string): Promise<SamlConnection> {
  const connection = await findConnection(deps.db, id)
  if (connection?.protocol !== 'saml') throw refuse('ConnectionNotFound')
  return connection
}

function hop(to: string): string {
  const address = escapeHtml(to)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${address}"><title>Signing in</title><p><a href="${address}">Go on</a></p></html>`
}
