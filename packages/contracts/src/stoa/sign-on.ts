import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'
import { memberRole, secondStep } from './accounts.js'

export const SIGN_ON_MAX = { connections: 20, domains: 50, rules: 100, certificates: 5, exempt: 10 } as const

const id = z.string().max(24)
const date = z.iso.datetime()
const claim = z.string().trim().min(1).max(300)
const groupRole = z.enum(['read', 'contributor', 'write', 'admin'])
const webAddress = z.url({ protocol: /^https?$/ }).max(1000)

/** What a provider calls things, and what follows here. The first rule that a person's groups meet counts most by its role. */
export const signOnMapping = z.strictObject({
  /** Names of claims or attributes; absent: the usual ones. */
  attributes: z
    .strictObject({
      email: claim.optional(),
      name: claim.optional(),
      fullname: claim.optional(),
      groups: claim.optional(),
    })
    .default({}),
  /** Role of whoever meets no rule; null lets only those in who meet one. */
  defaultRole: memberRole.nullable().default('read'),
  /** Somebody with this group, role or other value of the groups attribute gets this role; the strongest wins. */
  roles: z
    .array(z.strictObject({ value: claim, role: memberRole }))
    .max(SIGN_ON_MAX.rules)
    .default([]),
  /** The same for resource groups of the organisation, by name. */
  groups: z
    .array(z.strictObject({ value: claim, group: z.string().max(200), role: groupRole }))
    .max(SIGN_ON_MAX.rules)
    .default([]),
})
export type SignOnMapping = z.output<typeof signOnMapping>

export const oidcSettings = z.strictObject({
  issuer: webAddress,
  clientId: z.string().trim().min(1).max(500),
  /** Beside `openid`; absent: `profile email`. */
  scopes: z.string().max(500).optional(),
})
export const samlSettings = z.strictObject({
  /** The provider's entity id. */
  entityId: z.string().trim().min(1).max(1000),
  /** Where sign-in requests go (HTTP-Redirect binding). */
  ssoUrl: webAddress,
  /** PEM certificates whose keys may sign; two while the provider changes its own. */
  certificates: z.array(z.string().max(20_000)).min(1).max(SIGN_ON_MAX.certificates),
})
export const secondFactorRule = z.enum(['ours', 'theirs', 'by_amr'])

const connectionFields = {
  name: z.string().trim().min(1).max(60),
  enabled: z.boolean().optional(),
  /** People who were never here get an account. */
  createsAccounts: z.boolean().optional(),
  secondFactor: secondFactorRule.optional(),
  mapping: signOnMapping.optional(),
  oidc: oidcSettings.optional(),
  /** Of the OIDC client; kept sealed and never shown. */
  clientSecret: z.string().min(1).max(2000).optional(),
  saml: samlSettings.optional(),
  /** The provider's SAML metadata, instead of `saml`. */
  samlMetadata: z.string().max(500_000).optional(),
}
export const newConnection = z.strictObject(connectionFields)
export const signOnConnectionPatch = z.strictObject({ ...connectionFields, name: connectionFields.name.optional() })

const certificate = z.object({ pem: z.string(), fingerprint: z.string(), subject: z.string(), validTo: date })
export const connectionView = z.object({
  id,
  protocol: z.enum(['oidc', 'saml']),
  name: z.string(),
  enabled: z.boolean(),
  createsAccounts: z.boolean(),
  secondFactor: secondFactorRule,
  mapping: signOnMapping,
  oidc: z.object({ issuer: z.string(), clientId: z.string(), scopes: z.string(), hasSecret: z.boolean() }).nullable(),
  saml: z.object({ entityId: z.string(), ssoUrl: z.string(), certificates: z.array(certificate) }).nullable(),
  /** What the provider is told of us. */
  copy: z.object({
    redirectUri: z.string().nullable(),
    entityId: z.string().nullable(),
    acsUrl: z.string().nullable(),
    metadataUrl: z.string().nullable(),
  }),
  /** People who came through it. */
  people: z.number().int(),
  createdAt: date,
})
export type ConnectionView = z.output<typeof connectionView>

export const signOnDomainView = z.object({
  id,
  domain: z.string(),
  /** The DNS record that shows it: type TXT. */
  record: z.object({ name: z.string(), value: z.string() }),
  verifiedAt: date.nullable(),
  verifiedBy: z.enum(['dns', 'admin']).nullable(),
})
const policyView = z.object({
  enforced: z.boolean(),
  sessionMinutes: z.number().int(),
  tokenDays: z.number().int().nullable(),
  /** Admins who come in with their password all the same. */
  exempt: z.array(z.string()),
})
export const signOnSettingsView = z.object({
  connections: z.array(connectionView),
  domains: z.array(signOnDomainView),
  /** Null for the platform. */
  policy: policyView.nullable(),
})
export type SignOnSettings = z.output<typeof signOnSettingsView>

const ORG = '/api/v1/accounts/orgs/:name/sign-on'
const orgParam = z.object({ name: accountNameParam })
const ORG_ERRORS = ['Unauthorized', 'InsufficientScope', 'Forbidden', 'AccountNotFound', 'SignOnRequired'] as const
export const signOnDomainName = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, 'a domain such as example.org')

export const getSignOn = route({
  id: 'federation.org.get',
  family: 'stoa',
  method: 'GET',
  path: ORG,
  summary: 'Connections, domains and rules of sign-on of an organisation.',
  auth: 'user',
  params: orgParam,
  response: signOnSettingsView,
  errors: ORG_ERRORS,
})
export const createConnection = route({
  id: 'federation.org.connections.create',
  family: 'stoa',
  method: 'POST',
  path: `${ORG}/connections`,
  summary: 'Connects an identity provider.',
  auth: 'write',
  params: orgParam,
  body: newConnection,
  bodyLimitBytes: 700_000,
  response: connectionView,
  errors: [...ORG_ERRORS, 'ConnectionInvalid', 'ConnectionLimit', 'Conflict'],
})
export const updateConnection = route({
  id: 'federation.org.connections.update',
  family: 'stoa',
  method: 'PATCH',
  path: `${ORG}/connections/:connectionId`,
  summary: 'Changes a connection; what is not sent stays.',
  auth: 'write',
  params: orgParam.extend({ connectionId: id }),
  body: signOnConnectionPatch,
  bodyLimitBytes: 700_000,
  response: connectionView,
  errors: [...ORG_ERRORS, 'ConnectionNotFound', 'ConnectionInvalid', 'Conflict', 'SignOnNotReady'],
})
export const deleteConnection = route({
  id: 'federation.org.connections.delete',
  family: 'stoa',
  method: 'DELETE',
  path: `${ORG}/connections/:connectionId`,
  summary: 'Ends a connection, and what was reached through it.',
  auth: 'write',
  params: orgParam.extend({ connectionId: id }),
  errors: [...ORG_ERRORS, 'ConnectionNotFound', 'SignOnNotReady'],
})
export const testConnection = route({
  id: 'federation.org.connections.test',
  family: 'stoa',
  method: 'POST',
  path: `${ORG}/connections/:connectionId/test`,
  summary: 'Begins a sign-in that only tells what would have happened; answers where to send the browser.',
  auth: 'write',
  params: orgParam.extend({ connectionId: id }),
  response: z.object({ to: z.string() }),
  errors: [...ORG_ERRORS, 'SessionRequired', 'ConnectionNotFound', 'SignOnFailed'],
})
export const addDomain = route({
  id: 'federation.org.domains.add',
  family: 'stoa',
  method: 'POST',
  path: `${ORG}/domains`,
  summary: 'Names a domain of the organisation; answers what the DNS must say.',
  auth: 'write',
  params: orgParam,
  body: z.strictObject({ domain: signOnDomainName }),
  response: signOnDomainView,
  errors: [...ORG_ERRORS, 'DomainTaken', 'ConnectionLimit', 'Conflict'],
})
export const checkDomain = route({
  id: 'federation.org.domains.check',
  family: 'stoa',
  method: 'POST',
  path: `${ORG}/domains/:domainId/check`,
  summary: 'Asks the DNS whether the domain is the organisation’s.',
  auth: 'write',
  rate: 'auth',
  params: orgParam.extend({ domainId: id }),
  response: signOnDomainView,
  errors: [...ORG_ERRORS, 'NotFound', 'DomainTaken', 'DomainNotShown'],
})
export const removeDomain = route({
  id: 'federation.org.domains.remove',
  family: 'stoa',
  method: 'DELETE',
  path: `${ORG}/domains/:domainId`,
  summary: 'Gives a domain up.',
  auth: 'write',
  params: orgParam.extend({ domainId: id }),
  errors: [...ORG_ERRORS, 'NotFound'],
})
export const setSignOnPolicy = route({
  id: 'federation.org.policy.set',
  family: 'stoa',
  method: 'PUT',
  path: `${ORG}/policy`,
  summary: 'Says whether members must come through a connection, how fresh, and which admins need not.',
  auth: 'write',
  params: orgParam,
  body: z.strictObject({
    enforced: z.boolean(),
    sessionMinutes: z.number().int().min(5).max(129_600),
    tokenDays: z.number().int().min(1).max(3650).nullable(),
    exempt: z.array(accountNameParam).max(SIGN_ON_MAX.exempt),
  }),
  response: policyView,
  errors: [...ORG_ERRORS, 'SignOnNotReady'],
})

const offer = z.object({ id, name: z.string(), org: z.object({ name: z.string(), fullname: z.string() }).nullable() })
export type SignOnOffer = z.output<typeof offer>
const SSO = '/api/v1/accounts/sign-on'

export const signOnOffers = route({
  id: 'federation.offers',
  family: 'stoa',
  method: 'GET',
  path: SSO,
  summary: 'What the sign-in page offers beside the password.',
  auth: 'none',
  response: z.object({
    connections: z.array(offer),
    /** Some e-mail domains lead to a connection: the page asks for the address. */
    byEmail: z.boolean(),
  }),
  errors: [],
})
export const orgSignOnOffers = route({
  id: 'federation.offers.org',
  family: 'stoa',
  method: 'GET',
  path: `${SSO}/orgs/:name`,
  summary: 'Connections of an organisation, for its sign-on page.',
  auth: 'none',
  params: orgParam,
  response: z.object({ connections: z.array(offer) }),
  errors: ['AccountNotFound'],
})
export const findSignOn = route({
  id: 'federation.find',
  family: 'stoa',
  method: 'POST',
  path: `${SSO}/find`,
  summary: 'The connections of an e-mail address, by its domain alone.',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({ email: z.string().max(254) }),
  response: z.object({ connections: z.array(offer) }),
  errors: ['RateLimited'],
})
export const startSignOn = route({
  id: 'federation.start',
  family: 'stoa',
  method: 'POST',
  path: `${SSO}/start`,
  summary: 'Begins a sign-in (cookie); answers where to send the browser.',
  auth: 'none',
  rate: 'auth',
  body: z.strictObject({
    connectionId: id,
    next: z.string().max(2000).optional(),
    loginHint: z.string().max(254).optional(),
  }),
  response: z.object({ to: z.string() }),
  errors: ['ConnectionNotFound', 'SignOnFailed', 'CrossSiteRequest', 'RateLimited'],
})
export const startLink = route({
  id: 'federation.link',
  family: 'stoa',
  method: 'POST',
  path: `${SSO}/link`,
  summary: 'Begins connecting an identity with my account, after my password.',
  auth: 'user',
  rate: 'auth',
  body: z.strictObject({ connectionId: id, password: z.string().max(200), next: z.string().max(2000).optional() }),
  response: z.object({ to: z.string() }),
  errors: ['SessionRequired', 'ConnectionNotFound', 'WrongPassword', 'SignInThrottled', 'SignOnFailed', 'RateLimited'],
})

/** One thing that was looked at, in the order in which it was. Words for people stand in the pages. */
const step = z.object({
  check: z.string(),
  outcome: z.enum(['ok', 'failed', 'note']),
  /** What came, where showing it helps; never a secret. */
  seen: z.string().optional(),
  expected: z.string().optional(),
})
export type SignOnStep = z.output<typeof step>
const mapped = z.object({
  subject: z.string(),
  email: z.string().nullable(),
  emailIsBelieved: z.boolean(),
  fullname: z.string().nullable(),
  groups: z.array(z.string()),
  /** What would have become of the person. */
  account: z.enum(['known', 'linked', 'created', 'link_needed', 'refused']),
  /** Name of the account. */
  name: z.string().nullable(),
  role: memberRole.nullable(),
  resourceGroups: z.array(z.object({ group: z.string(), role: z.string() })),
  asksSecondFactor: z.boolean(),
})
const report = z.object({
  connection: z.object({ id, name: z.string(), protocol: z.enum(['oidc', 'saml']) }),
  steps: z.array(step),
  /** Attributes as they came. */
  received: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  mapped: mapped.nullable(),
})
export type SignOnReport = z.output<typeof report>

export const finishSignOn = route({
  id: 'federation.finish',
  family: 'stoa',
  method: 'POST',
  path: `${SSO}/finish`,
  summary: 'Takes what the provider sent back: signs in (cookie), connects an identity, or tells how a test went.',
  auth: 'optional',
  rate: 'auth',
  body: z.strictObject({
    connectionId: id,
    /** The query of the page the provider sent the browser to. */ answer: z.string().max(20_000),
  }),
  response: z.union([
    z.object({
      outcome: z.literal('signed_in'),
      next: z.string(),
      /** What is still asked before there is a session. */ step: secondStep.nullable(),
    }),
    z.object({ outcome: z.literal('linked'), next: z.string() }),
    z.object({ outcome: z.literal('tested'), report, back: z.string() }),
  ]),
  errors: [
    'SignOnFailed',
    'SignOnExpired',
    'SignOnNoAccount',
    'SignOnNoRole',
    'SignOnLinkNeeded',
    'SignOnTaken',
    'ConnectionNotFound',
    'CrossSiteRequest',
    'RateLimited',
  ],
})

const identity = z.object({
  id,
  connection: z.object({ id, name: z.string(), org: z.string().nullable() }),
  email: z.string().nullable(),
  createdAt: date,
  lastUsedAt: date,
})
export const listIdentities = route({
  id: 'federation.identities.list',
  family: 'stoa',
  method: 'GET',
  path: `${SSO}/identities`,
  summary: 'Identities elsewhere that lead to my account.',
  auth: 'user',
  response: z.array(identity),
  errors: ['Unauthorized', 'SessionRequired'],
})
export const removeIdentity = route({
  id: 'federation.identities.remove',
  family: 'stoa',
  method: 'DELETE',
  path: `${SSO}/identities/:identityId`,
  summary: 'Disconnects an identity from my account.',
  auth: 'user',
  params: z.object({ identityId: id }),
  errors: ['Unauthorized', 'SessionRequired', 'NotFound', 'Conflict'],
})

const samlParam = z.object({ connectionId: id })
export const samlMetadata = route({
  id: 'federation.saml.metadata',
  family: 'oauth',
  method: 'GET',
  path: '/sso/saml/:connectionId/metadata',
  summary: 'What a SAML identity provider is told of us, as XML.',
  auth: 'none',
  params: samlParam,
  errors: ['ConnectionNotFound'],
})
export const samlAnswer = route({
  id: 'federation.saml.acs',
  family: 'oauth',
  method: 'POST',
  path: '/sso/saml/:connectionId/acs',
  summary: 'Where a SAML identity provider posts its answer.',
  auth: 'none',
  rate: 'auth',
  params: samlParam,
  body: z.looseObject({ SAMLResponse: z.string().max(700_000), RelayState: z.string().max(200).optional() }),
  bodyLimitBytes: 1_000_000,
  errors: ['ConnectionNotFound', 'SignOnExpired', 'RateLimited'],
})
