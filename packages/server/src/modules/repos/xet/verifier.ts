import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { refuse } from '@stoa/contracts'
import { startThread } from '../../../kit/thread.js'
import type { CutAnswer, CutRequest, HashAnswer, HashRequest, VerifyAnswer, VerifyRequest } from './verify-thread.js'

const MAX_THREADS = 4
/** Xorbs of 64 MiB that may wait in memory at once. */
const MAX_WAITING = 8

export interface Verifier {
  /** Decodes and hashes a whole xorb in a thread. Throws `XetInvalid`, or `Unavailable` when too many wait. */
  verify(bytes: Uint8Array): Promise<Extract<VerifyAnswer, { name: string }>>
  /** Cuts and hashes bytes of a file in a thread, from a chunk's beginning on; the whole chunks at their beginning. */
  cut(bytes: Uint8Array, isLast: boolean): Promise<CutAnswer['chunks']>
  /** Begins a SHA-256 in a thread. It must be finished, whatever happens. */
  openHash(): FileHasher
  stop(): Promise<void>
}

/** SHA-256 over the raw bytes of chunk records. */
export interface FileHasher {
  /** The next records, in memory that the thread reads until this resolves. Rejects when they cannot be decoded. */
  add(records: Uint8Array): Promise<void>
  /** 64 hex. */
  finish(): Promise<string>
}

type Answer = VerifyAnswer | CutAnswer | HashAnswer
type Request = Omit<VerifyRequest, 'id'> | Omit<CutRequest, 'id'> | Omit<HashRequest, 'id'>
type Waiting = { resolve(answer: Answer): void; reject(error: Error): void }

/** A pool of threads, started with the first upload. */
export function createVerifier(): Verifier {
  const threads: Worker[] = []
  const waiting = new Map<number, Waiting>()
  let verifying = 0
  let next = 0
  const fail = (error: Error): void => {
    for (const one of waiting.values()) one.reject(error)
    waiting.clear()
    threads.length = 0
  }
  const threadFor = (id: number): Worker => {
    const limit = Math.min(MAX_THREADS, availableParallelism())
    const existing = threads[id % limit]
    if (existing) return existing
    const thread = startThread(import.meta.url, './verify-thread')
    thread.on('message', (answer: Answer) => {
      waiting.get(answer.id)?.resolve(answer)
      waiting.delete(answer.id)
    })
    thread.on('error', fail)
    thread.unref()
    threads[id % limit] = thread
    return thread
  }
  const ask = (request: Request, thread?: Worker): Promise<Answer> => {
    next += 1
    const id = next
    const answered = new Promise<Answer>((resolve, reject) => waiting.set(id, { resolve, reject }))
    const asked = thread ?? threadFor(id)
    asked.postMessage({ ...request, id })
    return answered
  }
  return {
    verify: async (bytes) => {
      if (verifying >= MAX_WAITING)
        throw refuse('Unavailable', 'Too many uploads are being verified. Try again shortly.')
      verifying += 1
      const answer = (await ask({ bytes }).finally(() => {
        verifying -= 1
      })) as VerifyAnswer
      if ('problem' in answer) throw refuse('XetInvalid', `The xorb was refused: ${answer.problem}.`)
      return answer
    },
    cut: async (bytes, isLast) => ((await ask({ bytes, isLast })) as CutAnswer).chunks,
    openHash: () => {
      next += 1
      const file = next
      const thread = threadFor(file)
      const send = async (records: Uint8Array | null): Promise<string> => {
        // What a thread that died had hashed is gone with it.
        if (!threads.includes(thread)) throw refuse('Unavailable', 'The file could not be checked. Try again shortly.')
        const answer = (await ask({ file, records }, thread)) as HashAnswer
        if ('problem' in answer) throw new Error(`a stored xorb cannot be read: ${answer.problem}`)
        return answer.sha256 ?? ''
      }
      return { add: async (records) => void (await send(records)), finish: () => send(null) }
    },
    stop: async () => {
      await Promise.all(threads.filter(Boolean).map((thread) => thread.terminate()))
    },
  }
}
