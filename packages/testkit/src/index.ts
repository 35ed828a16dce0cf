export * from './test-server.js'
export * from './person.js'
export * from './test-stores.js'
export * from './xet-client.js'
