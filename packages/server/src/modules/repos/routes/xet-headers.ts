import type { RepoRouteDeps } from './repo-routes.js'

/** What a Xet client asks for instead of bytes (xet.md §7.4). */
export const FILE_INFO = 'application/vnd.xet-fileinfo+json'

/** Where a Xet client gets its token and the file's terms; absolute addresses, one space after each semicolon. */
export function xetHeaders(deps: RepoRouteDeps, tokenUrl: string, hash: string): Record<string, string> {
  const terms = `${deps.publicUrl()}/xet/${deps.xetStoreId}/v1/reconstructions/${hash}`
  return {
    'x-xet-hash': hash,
    'x-xet-refresh-route': tokenUrl,
    link: `<${tokenUrl}>; rel="xet-auth", <${terms}>; rel="xet-reconstruction-info"`,
  }
}
