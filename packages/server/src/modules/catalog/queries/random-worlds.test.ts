import { describe } from 'vitest'
import { openMigratedServerDatabase, openTestDatabase } from '../../../kit/db/test-database.js'
import { findTestService } from '../../../kit/test-service.js'
import { describeRandomWorlds } from './random-worlds.suite.js'

describeRandomWorlds('the embedded database', openTestDatabase)

const serverUrl = findTestService('postgres', 'STOA_TEST_DATABASE_URL')
describe.skipIf(serverUrl === null)('PostgreSQL', () => {
  describeRandomWorlds('PostgreSQL', () => openMigratedServerDatabase(serverUrl ?? ''))
})
