/** SHA-256 of a file, worked out beside the page in a worker, as hex. Rejects when the file can no longer be read. */
export function hashInWorker(file: Blob, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { type: 'module' })
    const end = (finish: () => void) => {
      worker.terminate()
      signal.removeEventListener('abort', onAbort)
      finish()
    }
    const onAbort = () => end(() => reject(signal.reason))
    signal.addEventListener('abort', onAbort)
    worker.addEventListener('message', ({ data }: MessageEvent<{ bytes?: number; oid?: string; error?: string }>) => {
      if (data.bytes) onBytes(data.bytes)
      if (data.oid) end(() => resolve(data.oid ?? ''))
      if (data.error) end(() => reject(new Error(data.error)))
    })
    worker.addEventListener('error', (event) => end(() => reject(new Error(event.message))))
    worker.postMessage(file)
  })
}
