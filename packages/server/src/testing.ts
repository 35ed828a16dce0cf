export { type Clock, createTestClock, systemClock } from './kit/clock.js'
export { silentLog } from './kit/log.js'
export {
  copyServerDatabase,
  copyTemplateDatabase,
  createServerDatabase,
  openTestDatabase,
} from './kit/db/test-database.js'
export { joinProgram } from './kit/join-sources.js'
export { DEMAND_AUDIT } from './audit-coverage.js'
