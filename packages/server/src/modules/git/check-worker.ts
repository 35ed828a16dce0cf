import { parentPort, workerData } from 'node:worker_threads'
import { DEFAULT_PACK_LIMITS, GitFormatError } from '@stoa/git'
import { type CheckAnswer, type IncomingPack, inspectPack } from './check-incoming.js'
import { fileSource, memorySource } from './spool.js'

const { bytes, path, sizeBytes, tips } = workerData as {
  bytes: Uint8Array | null
  path: string | null
  sizeBytes: number
  tips: readonly string[]
}

function check(): IncomingPack {
  const source = path === null ? memorySource(Buffer.from(bytes as Uint8Array)) : fileSource(path, sizeBytes)
  const steps = inspectPack(source, DEFAULT_PACK_LIMITS, { tips })
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value
}

function answer(): CheckAnswer {
  try {
    return { checked: check() }
  } catch (error) {
    if (error instanceof GitFormatError) return { rule: error.rule, message: error.message }
    throw error
  }
}

parentPort?.postMessage(answer())
