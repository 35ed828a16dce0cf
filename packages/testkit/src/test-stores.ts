import { copyServerDatabase, createServerDatabase, DEMAND_AUDIT } from '@stoa/server/testing'

/** Where a test server keeps its data, as settings; empty for the embedded database and the disk. */
export interface TestStores {
  readonly env: Record<string, string>
  drop(): Promise<void>
}

/** Stores of one's own on the services that the environment names; the database is empty, or migrated and asks for audit. */
export async function openTestStores(name: string, kind: 'empty' | 'migrated' = 'empty'): Promise<TestStores> {
  const databaseServer = process.env['STOA_TEST_DATABASE_URL']
  const bucket = process.env['STOA_TEST_BLOBS_URL']
  const database = databaseServer ? await openOn(databaseServer, kind) : null
  return {
    env: {
      ...(database ? { STOA_DATABASE_URL: database.databaseUrl } : {}),
      ...(bucket ? { STOA_BLOBS_URL: withPrefix(bucket, name) } : {}),
    },
    drop: async () => await database?.drop(),
  }
}

const openOn = (server: string, kind: 'empty' | 'migrated') =>
  kind === 'empty' ? createServerDatabase(server) : copyServerDatabase(server, DEMAND_AUDIT)

/** `s3://key:secret@bucket?…` → `s3://key:secret@bucket/<name>?…` */
function withPrefix(bucket: string, name: string): string {
  const [address = '', query = ''] = bucket.split('?')
  return `${address}/${name}?${query}`
}
