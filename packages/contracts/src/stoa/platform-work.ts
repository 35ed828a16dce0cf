import { z } from 'zod'
import { route } from '../define.js'

const admin = { family: 'stoa', auth: 'admin' } as const
const REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope'] as const
const date = z.iso.datetime()

const switchView = z.object({
  key: z.string(),
  isOn: z.boolean(),
  value: z.string().nullable(),
  /** The environment variable that changes it. */
  setting: z.string().nullable(),
  /** The page that changes it. */
  page: z.string().nullable(),
  /** Hosts outside of this machine that it talks to. */
  outside: z.array(z.string()),
})
export type SwitchView = z.output<typeof switchView>

export const getPlatformOverview = route({
  ...admin,
  id: 'platform.overview',
  method: 'GET',
  path: '/api/v1/platform/overview',
  summary: 'What is switched on, where it is kept, what it takes.',
  response: z.object({
    version: z.string(),
    nodeVersion: z.string(),
    startedAt: date,
    /** Of this process, models it serves left out. */
    memoryBytes: z.number().int(),
    address: z.string(),
    listensOn: z.string(),
    dataDir: z.string(),
    switches: z.array(switchView),
  }),
  errors: [...REFUSALS],
})

export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
const jobView = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(JOB_STATES),
  attempts: z.number().int(),
  /** When it is due, or was taken up last. */
  runAt: date,
  createdAt: date,
  finishedAt: date.nullable(),
  error: z.string().nullable(),
  /** Comes again by itself. */
  isRepeated: z.boolean(),
})
export type JobView = z.output<typeof jobView>

export const listJobs = route({
  ...admin,
  id: 'platform.jobs.list',
  method: 'GET',
  path: '/api/v1/platform/jobs',
  summary: 'Background work, latest first: what waits, runs, is done or failed; of the last seven days.',
  query: z.object({
    state: z.enum(JOB_STATES).optional(),
    kind: z.string().max(100).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().max(100).optional(),
  }),
  response: z.object({
    jobs: z.array(jobView),
    nextCursor: z.string().nullable(),
    /** How many there are in each state. */
    counts: z.record(z.enum(JOB_STATES), z.number().int()),
    kinds: z.array(z.string()),
  }),
  errors: [...REFUSALS],
})

const byId = z.object({ id: z.string().max(64) })

export const retryJob = route({
  ...admin,
  id: 'platform.jobs.retry',
  method: 'POST',
  path: '/api/v1/platform/jobs/:id/retry',
  summary: 'Runs a job now that failed, was cancelled or still waits.',
  params: byId,
  response: jobView,
  errors: [...REFUSALS, 'NotFound', 'Conflict'],
})

export const cancelJob = route({
  ...admin,
  id: 'platform.jobs.cancel',
  method: 'DELETE',
  path: '/api/v1/platform/jobs/:id',
  summary: 'Ends a job that waits or runs.',
  params: byId,
  response: jobView,
  errors: [...REFUSALS, 'NotFound', 'Conflict'],
})
