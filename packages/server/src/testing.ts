export { type Clock, createTestClock, systemClock } from './kit/clock.js'
export { silentLog } from './kit/log.js'
