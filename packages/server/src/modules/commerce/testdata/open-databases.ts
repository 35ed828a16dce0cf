/** Every database a test of this module runs on: the embedded one, and the PostgreSQL server when one is named. */
import type { Database } from '../../../kit/db/database.js'
import { openMigratedServerDatabase, openTestDatabase } from '../../../kit/db/test-database.js'
import { findTestService } from '../../../kit/test-service.js'

export interface TestDatabase {
  readonly name: string
  database(): Promise<Database>
}

export function openTestDatabases(): TestDatabase[] {
  const serverUrl = findTestService('postgres', 'STOA_TEST_DATABASE_URL')
  const embedded = { name: 'the embedded database', database: openTestDatabase }
  return serverUrl === null ? [embedded] : [embedded, { name: 'PostgreSQL', database: () => openMigratedServerDatabase(serverUrl) }]
}
