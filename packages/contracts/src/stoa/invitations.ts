import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'
import { memberRole, PASSWORD_MAX, sessionView } from './accounts.js'

/** Lines of one CSV upload, and open invitations of one organisation or of the platform. */
export const INVITE_LINES_MAX = 10_000
export const OPEN_INVITATIONS_MAX = 10_000
export const INVITE_CSV_MAX_BYTES = 2 * 1024 * 1024
const INVITE_GROUPS_MAX = 50
const MAX_USES = 1_000
const MAX_DAYS = 90

const date = z.iso.datetime()
const email = z.email().max(254)
const secret = z.string().min(20).max(200)
const fullname = z.string().trim().min(1).max(120)
const groupRole = z.enum(['admin', 'write', 'contributor', 'read'])
const groups = z.array(z.strictObject({ id: z.string().max(24), role: groupRole })).max(INVITE_GROUPS_MAX)
const invitationId = z.string().max(24)

/** What somebody with this role and these groups may do: answers of the same decision that judges them later. */
const previewView = z.object({
  role: memberRole.nullable(),
  /** Private repositories of the organisation they see: all but those of groups, those of their groups, none. */
  sees: z.enum(['all', 'groups', 'public']),
  may: z.object({
    createRepos: z.boolean(),
    writeAllRepos: z.boolean(),
    callModels: z.boolean(),
    seeMoney: z.boolean(),
    manageMoney: z.boolean(),
    readAudit: z.boolean(),
    manageOrg: z.boolean(),
  }),
  groups: z.array(z.object({ name: z.string(), role: groupRole, resources: z.number().int() })),
})
export type InvitationPreview = z.output<typeof previewView>

const invitationView = z.object({
  id: z.string(),
  /** The address it is for; null for a link, and once it was accepted. */
  email: z.string().nullable(),
  name: z.string().nullable(),
  role: memberRole.nullable(),
  groups: z.array(z.object({ id: z.string(), name: z.string(), role: groupRole })),
  state: z.enum(['open', 'accepted', 'expired', 'revoked']),
  /** It left as a letter; false for a link that was shown. */
  isLetter: z.boolean(),
  maxUses: z.number().int(),
  uses: z.number().int(),
  /** Names of those who accepted, at most ten. */
  acceptedBy: z.array(z.string()),
  invitedBy: z.string().nullable(),
  createdAt: date,
  expiresAt: date,
})
export type InvitationView = z.output<typeof invitationView>

const invite = z.strictObject({
  /** For whom; with `letter` it is written to. A link without an address is for whoever has it. */
  email: email.optional(),
  name: fullname.optional(),
  /** Of a member; only in an organisation. */
  role: memberRole.optional(),
  groups: groups.default([]),
  deliver: z.enum(['link', 'letter']),
  maxUses: z.number().int().min(1).max(MAX_USES).default(1),
  expiresInDays: z.number().int().min(1).max(MAX_DAYS).default(14),
})
export type InviteInput = z.input<typeof invite>

const csv = z.strictObject({
  /** Header `name,email,role,groups`; groups as `Research:write|Ops`. */
  text: z.string().max(INVITE_CSV_MAX_BYTES),
  dryRun: z.boolean(),
  expiresInDays: z.number().int().min(1).max(MAX_DAYS).default(14),
})
/** What is wrong with a line, and with which column. */
export const csvProblem = z.enum([
  'columns',
  'quote',
  'name',
  'email',
  'duplicate',
  'role',
  'group',
  'groupRole',
  'tooManyGroups',
  'invited',
])
export type CsvProblem = z.output<typeof csvProblem>
const csvResult = z.object({
  /** Lines that can be invited, or were. */
  good: z.number().int(),
  bad: z.number().int(),
  /** Letters that were not written because their recipient had too many lately. */
  held: z.number().int(),
  lines: z
    .array(
      z.object({
        line: z.number().int(),
        email: z.string(),
        name: z.string(),
        role: z.string(),
        groups: z.string(),
        problem: csvProblem.nullable(),
      }),
    )
    .max(INVITE_LINES_MAX),
})
export type CsvResult = z.output<typeof csvResult>

const page = z.object({
  state: z.enum(['open', 'all']).default('open'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(24).optional(),
})
const list = z.object({ invitations: z.array(invitationView), nextCursor: z.string().nullable() })
const made = z.object({
  invitation: invitationView,
  /** Shown once; null when it left as a letter. */
  link: z.string().nullable(),
})
const previewBody = z.strictObject({ role: memberRole.optional(), groups: groups.default([]) })
const byOrg = z.object({ name: accountNameParam })
const ORG_REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope', 'SessionRequired', 'AccountNotFound'] as const
const ADMIN_REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope', 'SessionRequired'] as const
const INVITE_REFUSALS = ['GroupNotFound', 'InvitationLimit', 'LetterLimit', 'InvalidRequest', 'SignUpClosed'] as const

const ORG = '/api/v1/signin/orgs/:name/invitations'
const ADMIN = '/api/v1/signin/admin/invitations'

export const listOrgInvitations = route({
  id: 'signin.org.invitations.list',
  family: 'stoa',
  method: 'GET',
  path: ORG,
  summary: 'Invitations to an organisation I am an admin of, newest first.',
  auth: 'user',
  params: byOrg,
  query: page,
  response: list,
  errors: [...ORG_REFUSALS],
})
export const createOrgInvitation = route({
  id: 'signin.org.invitations.create',
  family: 'stoa',
  method: 'POST',
  path: ORG,
  summary: 'Invites to an organisation, by a link that is shown once or by a letter.',
  auth: 'write',
  rate: 'auth',
  params: byOrg,
  body: invite,
  response: made,
  errors: [...ORG_REFUSALS, ...INVITE_REFUSALS],
})
export const uploadOrgInvitations = route({
  id: 'signin.org.invitations.csv',
  family: 'stoa',
  method: 'POST',
  path: `${ORG}/csv`,
  summary: 'Invites everybody in a CSV file by letter; a dry run only says what is wrong with which line.',
  auth: 'write',
  rate: 'auth',
  bodyLimitBytes: 2 * INVITE_CSV_MAX_BYTES,
  params: byOrg,
  body: csv,
  response: csvResult,
  errors: [...ORG_REFUSALS, ...INVITE_REFUSALS, 'CsvInvalid'],
})
export const previewOrgInvitation = route({
  id: 'signin.org.invitations.preview',
  family: 'stoa',
  method: 'POST',
  path: `${ORG}/preview`,
  summary: 'What somebody with this role and these groups will see and may do.',
  auth: 'user',
  params: byOrg,
  body: previewBody,
  response: previewView,
  errors: [...ORG_REFUSALS, 'GroupNotFound'],
})
export const resendOrgInvitation = route({
  id: 'signin.org.invitations.resend',
  family: 'stoa',
  method: 'POST',
  path: `${ORG}/:invitationId/resend`,
  summary: 'Writes again, with a new link; the old one stops.',
  auth: 'write',
  rate: 'auth',
  params: z.object({ name: accountNameParam, invitationId }),
  response: invitationView,
  errors: [...ORG_REFUSALS, 'NotFound', 'LetterLimit'],
})
export const revokeOrgInvitation = route({
  id: 'signin.org.invitations.revoke',
  family: 'stoa',
  method: 'DELETE',
  path: `${ORG}/:invitationId`,
  summary: 'Takes an invitation back; its link stops at once, its letter does not leave.',
  auth: 'write',
  params: z.object({ name: accountNameParam, invitationId }),
  errors: [...ORG_REFUSALS, 'NotFound'],
})

export const listInvitations = route({
  id: 'signin.invitations.list',
  family: 'stoa',
  method: 'GET',
  path: ADMIN,
  summary: 'Invitations to the platform, newest first.',
  auth: 'admin',
  query: page,
  response: list,
  errors: [...ADMIN_REFUSALS],
})
export const createInvitation = route({
  id: 'signin.invitations.create',
  family: 'stoa',
  method: 'POST',
  path: ADMIN,
  summary: 'Invites to the platform, by a link that is shown once or by a letter.',
  auth: 'admin',
  rate: 'auth',
  body: invite,
  response: made,
  errors: [...ADMIN_REFUSALS, ...INVITE_REFUSALS],
})
export const uploadInvitations = route({
  id: 'signin.invitations.csv',
  family: 'stoa',
  method: 'POST',
  path: `${ADMIN}/csv`,
  summary: 'Invites everybody in a CSV file to the platform by letter; a dry run only says what is wrong.',
  auth: 'admin',
  rate: 'auth',
  bodyLimitBytes: 2 * INVITE_CSV_MAX_BYTES,
  body: csv,
  response: csvResult,
  errors: [...ADMIN_REFUSALS, ...INVITE_REFUSALS, 'CsvInvalid'],
})
export const resendInvitation = route({
  id: 'signin.invitations.resend',
  family: 'stoa',
  method: 'POST',
  path: `${ADMIN}/:invitationId/resend`,
  summary: 'Writes again, with a new link; the old one stops.',
  auth: 'admin',
  rate: 'auth',
  params: z.object({ invitationId }),
  response: invitationView,
  errors: [...ADMIN_REFUSALS, 'NotFound', 'LetterLimit'],
})
export const revokeInvitation = route({
  id: 'signin.invitations.revoke',
  family: 'stoa',
  method: 'DELETE',
  path: `${ADMIN}/:invitationId`,
  summary: 'Takes an invitation to the platform back.',
  auth: 'admin',
  params: z.object({ invitationId }),
  errors: [...ADMIN_REFUSALS, 'NotFound'],
})

export const inspectInvitation = route({
  id: 'signin.invitations.inspect',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/invitations/inspect',
  summary: 'What an invitation offers, without using it up.',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({ secret }),
  response: z.object({
    /** Null: to the platform. */
    org: z.object({ name: z.string(), fullname: z.string() }).nullable(),
    invitedBy: z.string().nullable(),
    /** The address it is for, shortened: `a…@example.org`. */
    forEmail: z.string().nullable(),
    /** The letter proves the address: whoever signs up with it has it verified. */
    provesAddress: z.boolean(),
    name: z.string().nullable(),
    preview: previewView,
    /** New accounts can be made with it. */
    isSignUpPossible: z.boolean(),
    expiresAt: date,
  }),
  errors: ['LinkInvalid'],
})
export const acceptInvitation = route({
  id: 'signin.invitations.accept',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/invitations/accept',
  summary: 'Takes me into the organisation that invited me.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({ secret }),
  response: z.object({ org: z.string(), role: memberRole }),
  errors: ['Unauthorized', 'SessionRequired', 'LinkInvalid', 'InvitationElsewhere', 'Conflict'],
})
export const joinByInvitation = route({
  id: 'signin.invitations.join',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/signin/invitations/join',
  summary: 'Makes an account with an invitation and signs in (cookie).',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({
    secret,
    name: z.string().max(96),
    fullname: fullname.optional(),
    /** Only when the invitation is for no address in particular. */
    email: email.optional(),
    password: z.string().max(PASSWORD_MAX),
  }),
  response: z.object({
    session: sessionView,
    /** False: the address is to be verified first, then the invitation can be accepted. */
    isJoined: z.boolean(),
  }),
  errors: [
    'LinkInvalid',
    'SignUpClosed',
    'NameInvalid',
    'NameTaken',
    'EmailTaken',
    'PasswordTooWeak',
    'CrossSiteRequest',
    'RateLimited',
  ],
})
