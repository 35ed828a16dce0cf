export * from './test-server.js'
export * from './person.js'
