import { useSyncExternalStore } from 'react'
import { isRunning, type Upload, type UploadRequest } from './upload.js'

let uploads: readonly Upload[] = []
let nextKey = 1
const listeners = new Set<() => void>()
const stops = new Map<string, AbortController>()
/** Ends, never refused, of the latest run of each upload: it writes what it knows as it ends. */
const ends = new Map<string, Promise<void>>()

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
function put(list: readonly Upload[]): void {
  uploads = list
  for (const listener of listeners) listener()
}
const change = (key: string, change: Partial<Upload>) =>
  put(uploads.map((upload) => (upload.key === key ? { ...upload, ...change } : upload)))

/** Uploads of this tab: they go on while the person looks at other pages. */
export const useUploads = (): readonly Upload[] => useSyncExternalStore(subscribe, () => uploads)

function guardLeaving(event: BeforeUnloadEvent): void {
  if (uploads.some(isRunning)) event.preventDefault()
}

/** Begins an upload; its key. */
export function startUpload(request: UploadRequest): string {
  const key = String(nextKey++)
  const fresh = {
    phase: 'sorting',
    totalBytes: 0,
    hashedBytes: 0,
    sentBytes: 0,
    knownBytes: 0,
    sentByPath: {},
  } as const
  put([...uploads, { key, request, ...fresh, startedAt: performance.now() }])
  window.addEventListener('beforeunload', guardLeaving)
  start(key)
  return key
}

/** Goes on where a pause, a failure or a cut left off: what has arrived is not sent again. */
export function resumeUpload(key: string): void {
  change(key, {
    phase: 'sorting',
    error: undefined,
    hashedBytes: 0,
    sentBytes: 0,
    knownBytes: 0,
    sentByPath: {},
    startedAt: performance.now(),
  })
  start(key)
}

export function pauseUpload(key: string): void {
  stops.get(key)?.abort()
  change(key, { phase: 'paused' })
}

/** Gives an upload up, or takes a finished one off the list. Parts that arrived are dropped by the server in time. */
export async function removeUpload(key: string): Promise<void> {
  stops.get(key)?.abort()
  const gone = uploads.find((upload) => upload.key === key)
  put(uploads.filter((upload) => upload.key !== key))
  if (!uploads.some(isRunning)) window.removeEventListener('beforeunload', guardLeaving)
  await ends.get(key)
  ends.delete(key)
  if (gone && gone.phase !== 'done') await (await import('./upload-memory.js')).forgetUpload(gone.request)
}

/** One run at a time: the next one begins with what the one before has written. */
function start(key: string): void {
  const stop = new AbortController()
  stops.set(key, stop)
  const before = ends.get(key) ?? Promise.resolve()
  ends.set(
    key,
    before.then(() => run(key, stop)),
  )
}

async function run(key: string, stop: AbortController): Promise<void> {
  const upload = uploads.find((one) => one.key === key)
  if (!upload || stop.signal.aborted) return
  try {
    const { runUpload } = await import('./run-upload.js')
    const result = await runUpload(upload.request, {
      signal: stop.signal,
      onChange: (facts) => {
        if (!stop.signal.aborted) change(key, facts)
      },
    })
    change(key, { phase: 'done', result })
  } catch (error) {
    if (!stop.signal.aborted)
      change(key, { phase: 'failed', error: error instanceof Error ? error.message : String(error) })
  } finally {
    if (stops.get(key) === stop) stops.delete(key)
    if (!uploads.some(isRunning)) window.removeEventListener('beforeunload', guardLeaving)
  }
}
