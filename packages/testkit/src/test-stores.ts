import { createServerDatabase } from '@stoa/server/testing'

/** Where a test server keeps its data, as settings; empty for the embedded database and the disk. */
export interface TestStores {
  readonly env: Record<string, string>
  drop(): Promise<void>
}

/** Stores of one's own on the services that the environment names. */
export async function openTestStores(name: string): Promise<TestStores> {
  const databaseServer = process.env['STOA_TEST_DATABASE_URL']
  const bucket = process.env['STOA_TEST_BLOBS_URL']
  const database = databaseServer ? await createServerDatabase(databaseServer) : null
  return {
    env: {
      ...(database ? { STOA_DATABASE_URL: database.databaseUrl } : {}),
      ...(bucket ? { STOA_BLOBS_URL: withPrefix(bucket, name) } : {}),
    },
    drop: async () => await database?.drop(),
  }
}

/** `s3://key:secret@bucket?…` → `s3://key:secret@bucket/<name>?…` */
function withPrefix(bucket: string, name: string): string {
  const [address = '', query = ''] = bucket.split('?')
  return `${address}/${name}?${query}`
}
