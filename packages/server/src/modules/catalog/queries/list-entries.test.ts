import { describe } from 'vitest'
import { openMigratedServerDatabase, openTestDatabase } from '../../../kit/db/test-database.js'
import { findTestService } from '../../../kit/test-service.js'
import { describeEntryQueries } from './list-entries.suite.js'

describeEntryQueries('the embedded database', openTestDatabase)

const serverUrl = findTestService('postgres', 'STOA_TEST_DATABASE_URL')
describe.skipIf(serverUrl === null)('PostgreSQL', () => {
  describeEntryQueries('PostgreSQL', () => openMigratedServerDatabase(serverUrl ?? ''))
})
