import { describe } from 'vitest'
import { openMigratedServerDatabase, openTestDatabase } from './db/test-database.js'
import { describeQueues } from './queues.suite.js'
import { findTestService } from './test-service.js'

describe('embedded', () => describeQueues('embedded', openTestDatabase))

const serverUrl = findTestService('postgres', 'STOA_TEST_DATABASE_URL')
describe.skipIf(serverUrl === null)('PostgreSQL', () => {
  describeQueues('PostgreSQL', () => openMigratedServerDatabase(serverUrl ?? ''))
})
