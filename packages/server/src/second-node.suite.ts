import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from './app.js'
import { createEvents } from './kit/events/events.js'
import { createJobs } from './kit/jobs/jobs.js'
import type { Kit } from './kit/kit.js'

/** Another server over the same stores. */
export interface SecondNode {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts a second house over the database, blobs and keys of a running one. It handles no events and no jobs: nobody tells it
 * of what happens on the first, so it learns only by looking again.
 */
export async function startSecondNode(first: Kit): Promise<SecondNode> {
  const dataDir = mkdtempSync(join(tmpdir(), 'stoa-node-'))
  const { db, write, clock, ids, log } = first
  const reached = { url: '' }
  const kit: Kit = {
    ...first,
    dataDir,
    publicUrl: () => reached.url,
    events: createEvents({ db, write, clock, log }),
    jobs: createJobs({ db, write, clock, ids, log }),
  }
  const app = createApp(kit, { checkResponses: true, databaseHealth: async () => ({ roundTripMs: 0 }) })
  await app.http.prepare()
  await app.startModules()
  const { port } = await app.http.listen('127.0.0.1', 0)
  reached.url = `http://127.0.0.1:${port}`
  return {
    get url() {
      return reached.url
    },
    stop: async () => {
      await app.http.close()
      await app.stopModules()
      await kit.events.stop()
      await kit.jobs.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
