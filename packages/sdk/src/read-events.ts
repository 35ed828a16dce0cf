/** Longest single event we hold while its end is awaited. */
const maxEventChars = 1_000_000

/** The `data` of each server-sent event of a body, in order; other fields are skipped, comment lines go to `onComment`. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onComment: (text: string) => void = () => {},
): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let held = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      held += decoder.decode(value, { stream: true })
      if (held.length > maxEventChars) throw new RangeError('A server-sent event is too long')
      const events = held.split(/\r?\n\r?\n/)
      held = events.pop() ?? ''
      for (const event of events) {
        for (const line of event.split(/\r?\n/)) if (line.startsWith(':')) onComment(line.slice(1).trim())
        const data = dataOf(event)
        if (data !== undefined) yield data
      }
    }
    const last = dataOf(held)
    if (last !== undefined) yield last
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function dataOf(event: string): string | undefined {
  const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'))
  return lines.length ? lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n') : undefined
}
