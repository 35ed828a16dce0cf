import { parentPort } from 'node:worker_threads'
import { type CardJob, runCardJob } from './card-job.js'

parentPort?.on('message', (message: { id: number; job: CardJob }) => {
  try {
    parentPort?.postMessage({ id: message.id, result: runCardJob(message.job) })
  } catch (error) {
    parentPort?.postMessage({ id: message.id, error: String(error) })
  }
})
parentPort?.postMessage({ ready: true })
