export * from './batch.js'
export * from './locks.js'
export * from './storage.js'
