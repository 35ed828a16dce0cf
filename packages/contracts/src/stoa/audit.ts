import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'

/** Events of one page. */
export const AUDIT_PAGE_MAX = 100
const text = z.string().min(1).max(200)
const date = z.iso.datetime()
const outcome = z.enum(['success', 'denied', 'failed'])
/** `platform`, or an organisation. */
const chain = accountNameParam

const filter = {
  chain,
  /** Name or id of whoever did it. */
  actor: text.optional(),
  /** `repo.create`, or the start of actions: `repo.`. */
  action: text.optional(),
  /** Id or name of what it was done to. */
  target: text.optional(),
  outcome: outcome.optional(),
  from: date.optional(),
  to: date.optional(),
}

/** A value of an event; `{ erased: true }` stands where a person's value was destroyed. */
const facts = z.record(z.string(), z.unknown())

export const auditEventView = z.object({
  seq: z.number().int(),
  id: z.string(),
  at: date,
  action: z.string(),
  outcome,
  actor: z.object({
    type: z.string(),
    id: z.string(),
    /** Null when it was destroyed, or never known. */
    name: z.string().nullable(),
    onBehalfOf: z.string().nullable(),
  }),
  target: z.object({ type: z.string(), id: z.string(), name: z.string().nullable() }),
  before: facts.nullable(),
  after: facts.nullable(),
  rule: z.string().nullable(),
  reason: z.string().nullable(),
  ipPrefix: z.string().nullable(),
  requestId: z.string().nullable(),
  hash: z.string(),
})
export type AuditEventView = z.output<typeof auditEventView>

export const auditCheckpoint = z.object({
  chain: z.string(),
  first_seq: z.number().int(),
  last_seq: z.number().int(),
  root: z.string(),
  head_hash: z.string(),
  ts: date,
  key_id: z.string(),
  signature: z.string(),
})

export const listAuditEvents = route({
  id: 'trust.audit.events',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/trust/audit/events',
  summary: 'Events of an organisation, or of the platform, newest first.',
  auth: 'user',
  rate: 'search',
  query: z.object({
    ...filter,
    cursor: z.coerce.number().int().min(1).optional(),
    limit: z.coerce.number().int().min(1).max(AUDIT_PAGE_MAX).default(50),
  }),
  response: z.object({
    events: z.array(auditEventView),
    /** For the next, older page; null on the last. */
    next: z.number().int().nullable(),
    /** Events in the chain, whatever the filter. */
    lastSeq: z.number().int(),
    /** Up to here a signed checkpoint stands for the events. */
    signedToSeq: z.number().int(),
  }),
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'],
})

export const exportAudit = route({
  id: 'trust.audit.export',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/trust/audit/exports',
  summary: 'A chain as a file: JSON Lines with manifest, checkpoints and proof for `stoa audit verify`, or CSV.',
  auth: 'user',
  body: z.strictObject({ ...filter, format: z.enum(['jsonl', 'csv']).default('jsonl') }),
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'],
})

export const listAuditCheckpoints = route({
  id: 'trust.audit.checkpoints',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/trust/audit/checkpoints',
  summary: 'The signed checkpoints of a chain, newest first; keep the first one elsewhere as a witness.',
  auth: 'user',
  query: z.object({ chain, limit: z.coerce.number().int().min(1).max(AUDIT_PAGE_MAX).default(20) }),
  response: z.object({ checkpoints: z.array(auditCheckpoint) }),
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'],
})

export const getAuditKey = route({
  id: 'trust.audit.key',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/trust/audit/key',
  summary: 'The public key that checkpoints of this platform are signed with.',
  auth: 'none',
  response: z.object({ keyId: z.string(), publicKey: z.string() }),
  errors: [],
})

const streamKind = z.enum(['webhook', 'syslog-tcp', 'syslog-udp'])
const streamView = z.object({
  id: z.string(),
  chain: z.string(),
  kind: streamKind,
  address: z.string(),
  action: z.string().nullable(),
  /** Last event that was taken. */
  sentSeq: z.number().int(),
  error: z.string().nullable(),
  createdAt: date,
})
export type AuditStreamView = z.output<typeof streamView>

export const listAuditStreams = route({
  id: 'trust.audit.streams.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/trust/audit/streams',
  summary: 'Where events are sent as they happen.',
  auth: 'admin',
  response: z.object({ streams: z.array(streamView) }),
  errors: ['Unauthorized', 'Forbidden'],
})

export const createAuditStream = route({
  id: 'trust.audit.streams.create',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/trust/audit/streams',
  summary: 'Sends events of a chain from now on to a webhook (signed) or to syslog; the secret is shown once.',
  auth: 'admin',
  body: z.strictObject({
    chain,
    kind: streamKind,
    /** `https://…` of a webhook, `host:port` of syslog. */
    address: z.string().min(3).max(500),
    action: text.nullable().default(null),
  }),
  response: z.object({ stream: streamView, secret: z.string().nullable() }),
  errors: ['Unauthorized', 'Forbidden', 'InvalidRequest', 'AccountNotFound'],
})

export const deleteAuditStream = route({
  id: 'trust.audit.streams.delete',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/trust/audit/streams/:streamId',
  summary: 'Ends a stream.',
  auth: 'admin',
  params: z.object({ streamId: z.string().min(1).max(64) }),
  errors: ['Unauthorized', 'Forbidden', 'AuditStreamNotFound'],
})
