import { startTestServer } from './test-server.js'

/** The program behind `startChildServer`: prints its address, stops when its input ends. */
const server = await startTestServer()
process.stdout.write(`${server.url}\n`)
process.stdin.resume()
process.stdin.once('end', () => void server.stop().then(() => process.exit(0)))
