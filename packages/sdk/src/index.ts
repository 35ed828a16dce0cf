export * from './client.js'
export { fillPath, queryText } from './address.js'
export { nextPage } from './next-page.js'
export { readEvents } from './read-events.js'
