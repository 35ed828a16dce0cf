import { bucketOperation, type BucketOperation, MAX_BATCH_BYTES, MAX_BUCKET_OPERATIONS, refuse } from '@stoa/contracts'

/** Reads the NDJSON body of a batch. Throws `InvalidRequest`, `BodyTooLarge`. */
export async function readBatchLines(body: unknown): Promise<BucketOperation[]> {
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) {
    throw refuse('InvalidRequest', 'Send the operations as application/x-ndjson, one JSON object a line.')
  }
  const parts: Uint8Array[] = []
  let totalBytes = 0
  for await (const part of body as AsyncIterable<Uint8Array>) {
    totalBytes += part.length
    if (totalBytes > MAX_BATCH_BYTES) throw refuse('BodyTooLarge')
    parts.push(part)
  }
  const lines = Buffer.concat(parts).toString('utf8').split('\n')
  const filled = lines.filter((line) => line.trim() !== '')
  if (filled.length > MAX_BUCKET_OPERATIONS) {
    throw refuse('InvalidRequest', `A batch has at most ${MAX_BUCKET_OPERATIONS} operations.`)
  }
  return filled.map(parseLine)
}

function parseLine(line: string, at: number): BucketOperation {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw refuse('InvalidRequest', `Operation ${at + 1} is not valid JSON.`)
  }
  const parsed = bucketOperation.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw refuse('InvalidRequest', `Operation ${at + 1} is not understood: ${issue?.path.join('.')} ${issue?.message}`)
}
