/**
 * What a route is about, which decides what everybody must be told:
 * `repo`, `bucket`: a private thing answers exactly as a missing one to whoever may not see it.
 * `money`: an account's money answers exactly as a missing account to whoever is no party.
 * `list`: the answer is the same whether private things exist or not.
 * `org`: strangers are refused; `duty`, `admin`: everybody without the duty is; `self`: about the caller, a stranger is unknown.
 * `signed`: judged by an address or a token of its own, never by who asks; `open`: public, or answers to everybody alike.
 */
export interface Row {
  readonly on: 'repo' | 'bucket' | 'money' | 'list' | 'org' | 'duty' | 'admin' | 'self' | 'signed' | 'open'
  /** Over the defaults of `callOf`. */
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  /** Answers without end to whoever is let in. */
  readonly isStream?: true
  readonly body?: unknown
}

/** Names that stand in a row's texts: `{full}`, `{org}`, `{user}`, `{self}`. */
export interface Names {
  readonly org: string
  readonly name: string
  readonly user: string
  readonly self: string
}

interface Called {
  readonly method: string
  readonly path: string
}

export interface Call {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

const NOTHING = '0'.repeat(24)

function paramsOf(names: Names): Readonly<Record<string, string>> {
  return {
    kind: 'models',
    type: 'model',
    namespace: names.org,
    owner: names.org,
    account: names.org,
    name: names.name,
    repo: `${names.name}.git`,
    user: names.user,
    rev: 'main',
    '*': 'README.md',
    status: 'pending',
    num: '1',
    sha: '0'.repeat(64),
    task: 'text-generation',
    file: `${NOTHING}.svg`,
    hash: '0'.repeat(64),
    prefix: 'default',
  }
}

/** The request of a row for these names. In addresses without a namespace, `:name` is an account. */
export function callOf(route: Called, row: Row, names: Names): Call {
  const given: Readonly<Record<string, string>> = {
    ...paramsOf(names),
    ...(route.path.includes(':namespace') ? {} : { name: names.org }),
    ...row.params,
  }
  const texts = { full: `${names.org}/${names.name}`, ...names }
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (whole, key: keyof typeof texts) => texts[key] ?? whole)
  const special: Record<string, string> = route.path.startsWith('/v1/models/') ? { '*': texts.full } : {}
  const path = route.path
    .replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(fill(given[key] ?? NOTHING)))
    .replace('*', special['*'] ?? given['*'] ?? '')
  const query = row.query === undefined ? '' : `?${fill(row.query)}`
  const body = row.body === undefined ? {} : { body: JSON.parse(fill(JSON.stringify(row.body))) as unknown }
  return { method: route.method, path: path + query, ...body }
}
