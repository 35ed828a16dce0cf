import { describe } from 'vitest'
import { findTestService } from '../test-service.js'
import { describeDatabase } from './database.suite.js'
import { openMigratedServerDatabase, openTestDatabase } from './test-database.js'

describeDatabase('embedded', openTestDatabase)

const serverUrl = findTestService('postgres', 'STOA_TEST_DATABASE_URL')
describe.skipIf(serverUrl === null)('PostgreSQL', () => {
  describeDatabase('PostgreSQL', () => openMigratedServerDatabase(serverUrl ?? ''))
})
