import { parentPort } from 'node:worker_threads'
import { hashToText, loadKeyedHashes, parseXorb, type XorbChunk, XetFormatError, xorbHash } from '@stoa/xet'

/** One xorb to check; its bytes come along and are not sent back. */
export interface VerifyRequest {
  readonly id: number
  readonly bytes: Uint8Array
}

export type VerifyAnswer =
  | { readonly id: number; readonly name: string; readonly chunks: readonly XorbChunk[]; readonly recordBytes: number }
  | { readonly id: number; readonly problem: string }

const hashes = await loadKeyedHashes()

function verify({ id, bytes }: VerifyRequest): VerifyAnswer {
  try {
    const { chunks, recordBytes } = parseXorb(bytes, hashes)
    return { id, name: hashToText(xorbHash(chunks, hashes)), chunks, recordBytes }
  } catch (error) {
    if (error instanceof XetFormatError) return { id, problem: error.message }
    throw error
  }
}

parentPort?.on('message', (request: VerifyRequest) => parentPort?.postMessage(verify(request)))
