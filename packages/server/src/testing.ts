export { type Clock, createTestClock, systemClock } from './kit/clock.js'
export { silentLog } from './kit/log.js'
export { copyTemplateDatabase, createServerDatabase, openTestDatabase } from './kit/db/test-database.js'
export { demandAudit } from './audit-coverage.js'
