import { cancelJob, getPlatformOverview, type JobView, listJobs, refuse, retryJob } from '@stoa/contracts'
import type { Db, Tx } from '../kit/db/database.js'
import type { Http } from '../kit/http/server.js'
import { countJobs, findJob, type JobRow, listJobKinds, pageJobs } from '../kit/jobs/queries.js'
import type { Kit, Module } from '../kit/kit.js'
import type { Switch } from '../kit/switches.js'
import { VERSION } from '../kit/version.js'
import { readKitSwitches } from './kit-switches.js'

type PlatformDeps = Pick<Kit, 'config' | 'db' | 'write' | 'jobs' | 'audit' | 'clock' | 'dataDir' | 'publicUrl'> & {
  /** Asked what they have switched on, in this order. */
  readonly modules: readonly Module[]
}

/** What those who run the platform see of the machine: what is switched on, and the work behind. */
export function createPlatform(deps: PlatformDeps) {
  const startedAt = deps.clock.now()
  return {
    routes: (http: Http): void => {
      http.scope('stoa').bind(getPlatformOverview, async () => ({
        version: VERSION,
        nodeVersion: process.versions.node,
        startedAt: startedAt.toISOString(),
        memoryBytes: process.memoryUsage.rss(),
        address: deps.publicUrl(),
        listensOn: `${deps.config.host}:${deps.config.port}`,
        dataDir: deps.dataDir,
        switches: (await readSwitches(deps)).map((one) => ({ ...one, outside: [...one.outside] })),
      }))
      bindJobs(http, deps)
    },
  }
}

async function readSwitches(deps: PlatformDeps): Promise<Switch[]> {
  const asked = await Promise.all(deps.modules.map(async (module) => (await module.switches?.()) ?? []))
  return [...readKitSwitches(deps.config), ...asked.flat()]
}

function bindJobs(http: Http, deps: PlatformDeps): void {
  const stoa = http.scope('stoa')
  stoa.bind(listJobs, async ({ query }) => {
    const { limit, ...filter } = query
    const rows = await pageJobs(deps.db, { ...filter, limit: limit + 1 })
    const page = rows.slice(0, limit)
    return {
      jobs: page.map(showJob),
      nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
      counts: await countJobs(deps.db),
      kinds: await listJobKinds(deps.db),
    }
  })
  const open = async (id: string, db: Db | Tx = deps.db): Promise<JobRow> => {
    const job = await findJob(db, id)
    if (!job) throw refuse('NotFound', 'There is no such job.')
    return job
  }
  stoa.bind(retryJob, async ({ params }) => {
    const job = await open(params.id)
    const waiting = await deps.write(async (tx) => {
      if (!(await deps.jobs.retry(tx, job.id))) throw refuse('Conflict', `The job is ${job.state}.`)
      const target = { type: 'job', id: job.id, name: job.kind }
      await deps.audit.record(tx, { chain: 'platform', action: 'admin.job.retry', target })
      return open(job.id, tx)
    })
    return showJob(waiting)
  })
  stoa.bind(cancelJob, async ({ params }) => {
    const job = await open(params.id)
    if (!(await deps.jobs.cancel(job.id))) throw refuse('Conflict', `The job is ${job.state}.`)
    const target = { type: 'job', id: job.id, name: job.kind }
    await deps.write((tx) => deps.audit.record(tx, { chain: 'platform', action: 'admin.job.cancel', target }))
    return showJob(await open(job.id))
  })
}

function showJob(job: JobRow): JobView {
  const { id, kind, state, attempts, runAt, createdAt, finishedAt, error, key } = job
  return {
    ...{ id, kind, attempts, error },
    state: state as JobView['state'],
    isRepeated: key === 'repeat',
    runAt: runAt.toISOString(),
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  }
}
