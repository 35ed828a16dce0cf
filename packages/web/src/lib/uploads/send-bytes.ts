const firstWaitMs = 500
const longestWaitMs = 20_000
const mostTries = 8

/** An answer that trying again cannot change. */
export class UploadRefused extends Error {}

interface Put {
  href: string
  headers?: Record<string, string>
  body: Blob
  signal: AbortSignal
  onBytes: (sent: number) => void
}

/** Our own store is reached under the name the page was opened with, whatever name the address was signed for. */
export function localHref(href: string): string {
  const url = new URL(href, window.location.href)
  return /^\/(lfs\/objects|storage)\//.test(url.pathname) || url.origin === window.location.origin
    ? url.pathname + url.search
    : href
}

/** Sends one body with progress, which `fetch` cannot tell; its ETag. */
function putOnce({ href, headers = {}, body, signal, onBytes }: Put): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const onAbort = () => request.abort()
    signal.addEventListener('abort', onAbort)
    request.open('PUT', localHref(href))
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', (event) => onBytes(event.loaded))
    request.addEventListener('abort', () => reject(signal.reason))
    request.addEventListener('error', () => reject(new TypeError('The connection was cut.')))
    request.addEventListener('load', () => {
      if (request.status < 300) return resolve(request.getResponseHeader('etag') ?? '')
      const told = `The store answered ${request.status}: ${request.responseText.slice(0, 200)}`
      const isFinal = request.status < 500 && request.status !== 408 && request.status !== 429
      reject(isFinal ? new UploadRefused(told) : new Error(told))
    })
    request.addEventListener('loadend', () => signal.removeEventListener('abort', onAbort))
    request.send(body)
  })
}

/** Resolves after a while, or as soon as the browser says that it is connected again. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer)
      window.removeEventListener('online', done)
      signal.removeEventListener('abort', stop)
      resolve()
    }
    const stop = () => {
      done()
      reject(signal.reason)
    }
    const timer = setTimeout(done, navigator.onLine ? ms : 3_600_000)
    window.addEventListener('online', done)
    signal.addEventListener('abort', stop)
  })
}

/** Tries until it works: cuts and overload are waited out, longer each time; a refusal ends it. */
export async function insist<T>(
  work: () => Promise<T>,
  { signal, onWait }: { signal: AbortSignal; onWait: (isWaiting: boolean) => void },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await work()
      if (attempt > 1) onWait(false)
      return result
    } catch (error) {
      if (signal.aborted || error instanceof UploadRefused || !mayPass(error)) throw error
      if (attempt >= mostTries && navigator.onLine) throw error
      onWait(true)
      await rest(Math.min(firstWaitMs * 2 ** (attempt - 1), longestWaitMs), signal)
    }
  }
}

/** Refusals of the API carry a status; only overload and faults of the server pass by themselves. */
function mayPass(error: unknown): boolean {
  const status = (error as { status?: unknown }).status
  return typeof status !== 'number' || status >= 500 || status === 429 || status === 408
}

/** One body, insisted on; its ETag. */
export const putBytes = (put: Put, onWait: (isWaiting: boolean) => void): Promise<string> =>
  insist(() => putOnce(put), { signal: put.signal, onWait })
