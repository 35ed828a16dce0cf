/** Fills `:name` and the trailing `*` of a route's path; slashes in a wildcard stay slashes. */
export function fillPath(path: string, params: Record<string, unknown>): string {
  return path
    .replace(/:([a-zA-Z]+)/g, (_whole, name: string) => encodeURIComponent(String(params[name] ?? '')))
    .replace(/\*$/, () =>
      String(params['*'] ?? '')
        .split('/')
        .map(encodeURIComponent)
        .join('/'),
    )
}

/** Query text with repeated keys for lists; undefined values are left out. */
export function queryText(query: unknown): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) search.append(key, String(item))
    }
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
