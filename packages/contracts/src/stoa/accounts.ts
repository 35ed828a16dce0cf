import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'
import { orgDuty, platformDuty } from './platform-accounts.js'
import { ipRanges } from '../ip-range.js'
import { TOKEN_PERMISSIONS } from './token-permissions.js'

export const PASSWORD_MIN = 10
export const PASSWORD_MAX = 200
const MAX_SCOPES = 100
const MAX_TOKEN_NAME = 80
const date = z.iso.datetime()
const email = z.email().max(254)
const fullname = z.string().trim().min(1).max(120)
const password = z.string().max(PASSWORD_MAX)
const secret = z.string().min(20).max(200)
/** A page people may be sent to; never `javascript:`. */
const website = z.union([z.url({ protocol: /^https?$/ }).max(300), z.literal('')])

export const tokenScope = z.strictObject({
  entity: z.strictObject({
    type: z.enum(['user', 'org', 'model', 'dataset', 'space']),
    name: z.string().min(1).max(200),
  }),
  permissions: z.array(z.enum(TOKEN_PERMISSIONS)).min(1).max(TOKEN_PERMISSIONS.length),
})
export const tokenRole = z.enum(['read', 'write', 'fineGrained'])
export const tokenScopes = z.array(tokenScope).max(MAX_SCOPES)
export const tokenName = z.string().trim().min(1).max(MAX_TOKEN_NAME)
export const memberRole = z.enum(['admin', 'write', 'contributor', 'read', 'no_access'])

const sessionUser = z.object({
  id: z.string(),
  name: z.string(),
  fullname: z.string(),
  avatarUrl: z.string(),
  email: z.string().nullable(),
  emailVerified: z.boolean(),
  isAdmin: z.boolean(),
  /** What they do for the platform, beside being its owner. */
  duties: z.array(platformDuty),
  /** Codes or a passkey are asked for beside the password. */
  hasSecondFactor: z.boolean(),
  /** The platform asks this person for a second factor and withholds something until there is one. */
  needsSecondFactor: z.boolean(),
  /** The admin who looks through these eyes; the shell shows a banner. */
  impersonator: z.object({ name: z.string() }).nullable(),
})
const sessionOrg = z.object({
  id: z.string(),
  name: z.string(),
  fullname: z.string(),
  avatarUrl: z.string(),
  role: memberRole,
  /** What they do in it beside the role. */
  duties: z.array(orgDuty),
  /** Nothing private of it is shown until this person has a second factor. */
  needsSecondFactor: z.boolean(),
})

/** What is still to be shown after the first factor. */
export const secondStep = z.object({
  methods: z.array(z.enum(['passkey', 'totp', 'recovery'])),
  expiresAt: date,
})
export type SecondStep = z.output<typeof secondStep>

/** What the web shell needs on every page. `user` is null for a visitor. */
export const sessionView = z.object({
  user: sessionUser.nullable(),
  orgs: z.array(sessionOrg),
  flags: z.object({
    /** Test mode is on: literal tokens, loose names, no limits. The shell shows a red banner to admins. */
    lenient: z.boolean(),
    /** Who may make an account: everybody, whoever is invited, also whoever has an address at a domain of the platform, nobody. */
    signUp: z.enum(['open', 'invitation', 'domain', 'closed']),
    /** Nobody is in charge yet; the one-time admin link was printed at start. */
    needsAdmin: z.boolean(),
  }),
  /** Only in answers to a sign-in: the first factor was right, nobody is signed in yet. */
  pending: secondStep.optional(),
})
export type SessionView = z.output<typeof sessionView>

export const signUp = route({
  id: 'accounts.signUp',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/sign-up',
  summary: 'Makes a user and signs them in (cookie).',
  auth: 'optional',
  rate: 'auth',
  body: z.strictObject({ name: z.string().max(96), fullname: fullname.optional(), email: email.optional(), password }),
  response: sessionView,
  errors: ['SignUpClosed', 'NameInvalid', 'NameTaken', 'PasswordTooWeak', 'RateLimited'],
})

export const signIn = route({
  id: 'accounts.signIn',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/sign-in',
  summary: 'Signs in with a name or e-mail address and a password (cookie).',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({ login: z.string().min(1).max(254), password }),
  response: sessionView,
  errors: ['WrongPassword', 'SignInThrottled', 'RateLimited', 'CrossSiteRequest'],
})

export const signOut = route({
  id: 'accounts.signOut',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/sign-out',
  summary: 'Ends this session.',
  auth: 'optional',
  isForBorrowed: true,
  errors: ['CrossSiteRequest'],
})

export const session = route({
  id: 'accounts.session',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/session',
  summary: 'Who is signed in, their organisations, and what the platform allows.',
  auth: 'optional',
  response: sessionView,
  errors: [],
})

export const listSessions = route({
  id: 'accounts.sessions.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/sessions',
  summary: 'Where I am signed in.',
  auth: 'user',
  response: z.array(
    z.object({
      id: z.string(),
      userAgent: z.string(),
      addressPrefix: z.string(),
      createdAt: date,
      lastUsedAt: date,
      expiresAt: date,
      isCurrent: z.boolean(),
    }),
  ),
  errors: ['Unauthorized', 'SessionRequired'],
})

export const revokeSession = route({
  id: 'accounts.sessions.revoke',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/sessions/:sessionId',
  summary: 'Signs me out somewhere.',
  auth: 'user',
  params: z.object({ sessionId: z.string().max(24) }),
  errors: ['Unauthorized', 'SessionRequired', 'NotFound'],
})

export const revokeOtherSessions = route({
  id: 'accounts.sessions.revokeOthers',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/sessions',
  summary: 'Signs me out everywhere but here.',
  auth: 'user',
  errors: ['Unauthorized', 'SessionRequired'],
})

export const inspectLink = route({
  id: 'accounts.links.inspect',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/links/inspect',
  summary: 'What a one-time link is for, without using it up.',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({ secret }),
  response: z.object({
    purpose: z.enum(['first_admin', 'set_password']),
    name: z.string().nullable(),
    expiresAt: date,
  }),
  errors: ['LinkInvalid'],
})

export const redeemLink = route({
  id: 'accounts.links.redeem',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/links/redeem',
  summary: 'Uses a one-time link: makes the first admin, or sets a password; signs in (cookie).',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({
    secret,
    /** Only for the first admin. */
    name: z.string().max(96).optional(),
    fullname: fullname.optional(),
    email: email.optional(),
    /** The first admin may leave it out and make a passkey in the session that this opens. */
    password: password.optional(),
  }),
  response: sessionView,
  errors: ['LinkInvalid', 'NameInvalid', 'NameTaken', 'EmailTaken', 'PasswordTooWeak', 'CrossSiteRequest'],
})

const profile = z.object({
  name: z.string(),
  fullname: z.string(),
  email: z.string().nullable(),
  emailVerified: z.boolean(),
  website: z.string().nullable(),
  details: z.string().nullable(),
  avatarUrl: z.string(),
  createdAt: date,
})

export const getProfile = route({
  id: 'accounts.profile.get',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/profile',
  summary: 'My own profile, with what only I may see.',
  auth: 'user',
  response: profile,
  errors: ['Unauthorized'],
})

export const updateProfile = route({
  id: 'accounts.profile.update',
  family: 'stoa',
  method: 'PATCH',
  path: '/api/v1/accounts/profile',
  summary: 'Changes my profile; what is not sent stays.',
  auth: 'write',
  body: z.strictObject({
    fullname: fullname.optional(),
    website: website.optional(),
    details: z.string().max(2000).optional(),
  }),
  response: profile,
  errors: ['Unauthorized', 'InsufficientScope'],
})

export const changePassword = route({
  id: 'accounts.password.change',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/password',
  summary: 'Changes my password and ends my other sessions.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({
    /** Left out by people who have none and come with a passkey. */
    current: password.optional(),
    next: password,
  }),
  errors: ['SessionRequired', 'ConfirmationRequired', 'WrongPassword', 'PasswordTooWeak', 'SignInThrottled'],
})

const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  role: tokenRole,
  scopes: tokenScopes,
  /** Last four characters of the secret. */
  hint: z.string(),
  createdAt: date,
  expiresAt: date.nullable(),
  /** Networks it may be used from; none for everywhere. */
  ipRanges: z.array(z.string()),
  lastUsedAt: date.nullable(),
  /** The network it was last used from: /24 of IPv4, /48 of IPv6. */
  lastUsedPrefix: z.string().nullable(),
  /** My organisations it reaches nothing private of, and why, in the words of the Hub. */
  heldBackBy: z.array(z.object({ org: z.string(), why: z.enum(['token-policy', 'token-revoked']) })),
})

export const listTokens = route({
  id: 'accounts.tokens.list',
  family: 'stoa',
  method: 'GET',
  path: '/api/v1/accounts/tokens',
  summary: 'My access tokens, without their secrets.',
  auth: 'user',
  response: z.array(tokenView),
  errors: ['Unauthorized', 'SessionRequired'],
})

export const createToken = route({
  id: 'accounts.tokens.create',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/tokens',
  summary: 'Makes an access token. Its secret is in this answer and nowhere else.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({
    name: tokenName,
    role: tokenRole,
    scopes: tokenScopes.optional(),
    expiresInDays: z.number().int().min(1).max(3650).optional(),
    ipRanges: ipRanges.optional(),
  }),
  response: z.object({ token: tokenView, secret: z.string() }),
  errors: [
    'Unauthorized',
    'SessionRequired',
    'TokenNameTaken',
    'TokenLimit',
    'AccountNotFound',
    'ConfirmationRequired',
  ],
})

export const updateTokenNetworks = route({
  id: 'accounts.tokens.networks',
  family: 'stoa',
  method: 'PATCH',
  path: '/api/v1/accounts/tokens/:tokenId',
  summary: 'Changes from which networks one of my access tokens may be used, at once.',
  auth: 'user',
  params: z.object({ tokenId: z.string().max(24) }),
  body: z.strictObject({ ipRanges }),
  response: tokenView,
  errors: ['Unauthorized', 'SessionRequired', 'NotFound'],
})

export const deleteToken = route({
  id: 'accounts.tokens.delete',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/tokens/:tokenId',
  summary: 'Revokes one of my access tokens, at once.',
  auth: 'user',
  params: z.object({ tokenId: z.string().max(24) }),
  errors: ['Unauthorized', 'SessionRequired', 'NotFound'],
})

export const orgView = z.object({
  id: z.string(),
  name: z.string(),
  fullname: z.string(),
  website: z.string().nullable(),
  details: z.string().nullable(),
  plan: z.string(),
  defaultPrivate: z.boolean(),
  avatarUrl: z.string(),
})
export type OrgView = z.output<typeof orgView>

export const createOrg = route({
  id: 'accounts.orgs.create',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/orgs',
  summary: 'Makes an organisation; I become its admin.',
  auth: 'write',
  body: z.strictObject({ name: z.string().max(96), fullname: fullname.optional() }),
  response: orgView,
  errors: ['Unauthorized', 'InsufficientScope', 'NameInvalid', 'NameTaken'],
})

export const updateOrg = route({
  id: 'accounts.orgs.update',
  family: 'stoa',
  method: 'PATCH',
  path: '/api/v1/accounts/orgs/:name',
  summary: 'Changes an organisation I am an admin of; what is not sent stays.',
  auth: 'write',
  params: z.object({ name: accountNameParam }),
  body: z.strictObject({
    fullname: fullname.optional(),
    website: website.optional(),
    details: z.string().max(2000).optional(),
    defaultPrivate: z.boolean().optional(),
  }),
  response: orgView,
  errors: ['Unauthorized', 'InsufficientScope', 'Forbidden', 'AccountNotFound'],
})

export const addMember = route({
  id: 'accounts.orgs.members.add',
  family: 'stoa',
  method: 'POST',
  path: '/api/v1/accounts/orgs/:name/members',
  summary: 'Takes a user into an organisation. A member keeps the role they have: change it through the Hub route.',
  auth: 'write',
  params: z.object({ name: accountNameParam }),
  body: z.strictObject({ user: accountNameParam, role: memberRole }),
  response: z.object({ user: z.string(), role: memberRole }),
  errors: ['Unauthorized', 'InsufficientScope', 'Forbidden', 'AccountNotFound', 'Conflict'],
})

export const removeMember = route({
  id: 'accounts.orgs.members.remove',
  family: 'stoa',
  method: 'DELETE',
  path: '/api/v1/accounts/orgs/:name/members/:user',
  summary: 'Removes a member; everybody may remove themselves.',
  auth: 'write',
  params: z.object({ name: accountNameParam, user: accountNameParam }),
  errors: ['Unauthorized', 'InsufficientScope', 'Forbidden', 'AccountNotFound', 'LastAdmin'],
})
export type TokenScopeInput = z.input<typeof tokenScope>
