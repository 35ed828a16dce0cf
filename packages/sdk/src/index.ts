export * from './client.js'
export { fillPath, queryText } from './address.js'
