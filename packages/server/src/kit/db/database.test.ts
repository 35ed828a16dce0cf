import { describe, expect, it } from 'vitest'
import { silentLog } from '../log.js'
import { findTestService } from '../test-service.js'
import { openDatabase } from './database.js'
import { describeDatabase } from './database.suite.js'
import { openMigratedServerDatabase, openTestDatabase } from './test-database.js'

describeDatabase('embedded', openTestDatabase)

const serverUrl = findTestService('postgres', 'STOA_TEST_DATABASE_URL')
describe.skipIf(serverUrl === null)('PostgreSQL', () => {
  describeDatabase('PostgreSQL', () => openMigratedServerDatabase(serverUrl ?? ''))
})

it('answers Unavailable when PostgreSQL cannot be reached', async () => {
  // Port 1 of loopback: nobody listens there.
  const databaseUrl = 'postgres://stoa:stoa@127.0.0.1:1/stoa'
  const database = await openDatabase({ databaseUrl, embeddedDir: null, log: silentLog })
  await expect(database.health()).rejects.toMatchObject({ code: 'Unavailable', status: 503 })
  await database.close()
})
