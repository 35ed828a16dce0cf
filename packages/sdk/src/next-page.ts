/** The absolute address of the next page of a list, from its `Link` header. */
export function nextPage(headers: Headers): string | undefined {
  return /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1]
}
