import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'

const admin = { family: 'stoa', auth: 'admin' } as const
const REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope'] as const
const date = z.iso.datetime()

/** The class of audit events; other classes are tables of the register. */
export const AUDIT_CLASS = 'audit'
/** Events are kept at least so long. */
export const AUDIT_DAYS_MIN = 30

const retentionClass = z.object({
  /** `audit`, or `schema.table`. */
  class: z.string(),
  purposes: z.array(z.string()),
  /** What the register promises at most. */
  registerDays: z.number(),
  /** What holds here; never more than the register. */
  days: z.number(),
})
export type RetentionClass = z.output<typeof retentionClass>

const hold = z.object({
  id: z.string(),
  account: z.string(),
  kind: z.enum(['user', 'org']),
  reason: z.string(),
  placedBy: z.string(),
  createdAt: date,
  releasedAt: date.nullable(),
})
export type LegalHold = z.output<typeof hold>

const finding = z.object({
  class: z.string(),
  /** What is older goes. */
  before: date,
  /** Gone; in a dry run: what would go now. */
  removed: z.number().int(),
  /** Old enough, kept by a legal hold. */
  held: z.number().int(),
})
export type RetentionFinding = z.output<typeof finding>

const run = z.object({
  id: z.string(),
  dryRun: z.boolean(),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  createdAt: date,
  finishedAt: date.nullable(),
  classes: z.array(finding),
})
export type RetentionRunView = z.output<typeof run>

export const getRetention = route({
  ...admin,
  id: 'trust.retention.get',
  method: 'GET',
  path: '/api/v1/trust/retention',
  summary: 'What is deleted by age, what is held back, and what the last runs did.',
  response: z.object({ classes: z.array(retentionClass), holds: z.array(hold), runs: z.array(run) }),
  errors: [...REFUSALS],
})

export const setRetention = route({
  ...admin,
  id: 'trust.retention.set',
  method: 'PUT',
  path: '/api/v1/trust/retention/classes/:class',
  summary: 'Keeps a class for less time than the register allows; null: as long as it allows.',
  params: z.object({ class: z.string().max(200) }),
  body: z.strictObject({ days: z.number().int().min(1).max(36_500).nullable() }),
  response: retentionClass,
  errors: [...REFUSALS, 'NotFound', 'InvalidRequest'],
})

export const startRetention = route({
  ...admin,
  id: 'trust.retention.run',
  method: 'POST',
  path: '/api/v1/trust/retention/runs',
  summary: 'Deletes what is too old, now; a dry run only counts. It happens once a day by itself.',
  body: z.strictObject({ dryRun: z.boolean().default(false) }),
  response: run,
  errors: [...REFUSALS],
})

export const placeHold = route({
  ...admin,
  id: 'trust.holds.place',
  method: 'POST',
  path: '/api/v1/trust/retention/holds',
  summary: 'Keeps what is recorded of a person or an organisation, whatever its age, until the hold is released.',
  body: z.strictObject({ account: accountNameParam, reason: z.string().trim().min(3).max(500) }),
  response: hold,
  errors: [...REFUSALS, 'AccountNotFound', 'Conflict'],
})

export const releaseHold = route({
  ...admin,
  id: 'trust.holds.release',
  method: 'DELETE',
  path: '/api/v1/trust/retention/holds/:holdId',
  summary: 'Ends a legal hold; what is too old goes with the next run.',
  params: z.object({ holdId: z.string().max(24) }),
  response: hold,
  errors: [...REFUSALS, 'NotFound'],
})
