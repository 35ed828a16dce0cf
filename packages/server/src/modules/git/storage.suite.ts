import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBlobs } from '../../kit/blobs/open.js'
import { systemClock } from '../../kit/clock.js'
import { openMigratedServerDatabase, openTestDatabase } from '../../kit/db/test-database.js'
import { createIds } from '../../kit/ids.js'
import { createGitStorage, type GitStorage } from './create-store.js'
import { openStore } from './queries/stores.js'

/** A storage on a real database and disk, with empty repositories on demand. */
export interface TestStorage extends GitStorage {
  readonly dir: string
  readonly kit: Parameters<typeof createGitStorage>[0]
  addRepo(): Promise<string>
  /** A second process on the same database and blobs. */
  another(): GitStorage
  close(): Promise<void>
}

export async function openTestStorage(): Promise<TestStorage> {
  const dir = mkdtempSync(join(tmpdir(), 'stoa-store-'))
  const serverUrl = process.env['STOA_TEST_DATABASE_URL']
  const database = await (serverUrl ? openMigratedServerDatabase(serverUrl) : openTestDatabase())
  const ids = createIds(systemClock)
  const blobs = await openBlobs(process.env['STOA_TEST_BLOBS_URL'] ?? null, dir)
  const kit = { db: database.db, write: database.write, blobs, clock: systemClock, ids }
  return {
    ...createGitStorage(kit),
    dir,
    kit,
    another: () => createGitStorage(kit),
    addRepo: async () => {
      const id = ids.next()
      const at = systemClock.now()
      const row = {
        id,
        type: 'model',
        accountId: 'a',
        namespace: 'test',
        name: id,
        createdBy: null,
        createdAt: at,
        updatedAt: at,
      }
      await database.write(async (tx) => {
        await tx.insertInto('repos.repos').values(row).execute()
        await openStore(tx, id)
      })
      return id
    },
    close: async () => {
      await database.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
}

/** Runs the real git in a folder. */
export function runGit(cwd: string, args: readonly string[], input: string | Buffer = ''): Buffer {
  return execFileSync('git', args, { cwd, env: ENV, input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] })
}
