import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from './identity.js'

/** `GET /api/organizations/{name}/audit-log/export` (hub-api 2.49): an attachment with a JSON array of `{_id, createdAt, type, …}`. */
export const exportOrgAuditLog = route({
  id: 'hub.org.auditLog.export',
  family: 'hub',
  method: 'GET',
  path: '/api/organizations/:name/audit-log/export',
  summary: "An organisation's latest 100,000 events as JSON; `q` names an action or its start.",
  auth: 'user',
  params: z.object({ name: accountNameParam }),
  query: z.object({ q: z.string().max(200).optional() }),
  errors: ['Unauthorized', 'Forbidden', 'InsufficientScope', 'AccountNotFound'],
})
