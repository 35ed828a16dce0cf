import type { SignOnReport } from '@stoa/contracts'

export interface Seen<T> {
  readonly status: number
  readonly body: T
  readonly headers: Headers
}

export interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly detail: { readonly check?: string } }
}

export interface Finished extends Partial<Refused> {
  readonly outcome?: 'signed_in' | 'linked' | 'tested'
  readonly next?: string
  readonly step?: object | null
  readonly report?: SignOnReport
}

/** A browser with its cookies, as far as signing in through another site needs one. */
export class Browser {
  readonly base: string
  readonly cookies = new Map<string, string>()

  constructor(base: string, cookie?: string) {
    this.base = base
    if (cookie) this.#keep(cookie)
  }

  async ask<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Seen<T>> {
    const isForm = body instanceof URLSearchParams
    const sent = body === undefined ? {} : { body: isForm ? body.toString() : JSON.stringify(body) }
    const type =
      body === undefined ? {} : { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' }
    const answer = await fetch(new URL(path, this.base), {
      method,
      redirect: 'manual',
      headers: { cookie: [...this.cookies].map((pair) => pair.join('=')).join('; '), ...type, ...headers },
      ...sent,
    })
    for (const cookie of answer.headers.getSetCookie()) this.#keep(cookie)
    const text = await answer.text()
    const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, body: (isJson ? JSON.parse(text) : text) as T, headers: answer.headers }
  }

  #keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    if (value === '') this.cookies.delete(name)
    else this.cookies.set(name, value)
  }

  /** Presses "Continue with …"; where the browser is sent. */
  async start(connectionId: string, next = '/'): Promise<URL> {
    const { status, body } = await this.ask<{ to: string }>('POST', '/api/v1/accounts/sign-on/start', {
      connectionId,
      next,
    })
    if (status !== 200) throw new Error(`could not start: ${status} ${JSON.stringify(body)}`)
    return new URL(body.to)
  }

  /** Hands back what the page was called with. */
  finish(connectionId: string, answer: string): Promise<Seen<Finished>> {
    return this.ask('POST', '/api/v1/accounts/sign-on/finish', { connectionId, answer })
  }

  /** Who this browser is; null for a visitor. */
  async whoAmI(): Promise<string | null> {
    const { body } = await this.ask<{ user: { name: string } | null }>('GET', '/api/v1/accounts/session')
    return body.user?.name ?? null
  }
}

/** The code or check a refusal names; the outcome otherwise. */
export function verdict({ status, body }: Seen<Finished>): string {
  if (body.error === undefined) return `${status} ${body.outcome}`
  return [status, body.error.code, body.error.detail.check].filter((part) => part !== undefined).join(' ')
}
