import { z } from 'zod'
import { route } from '../define.js'
import { accountNameParam } from '../hub/identity.js'
import { memberRole } from './accounts.js'
import { PLATFORM_DUTIES } from './platform-accounts.js'

/** Directories of one platform, and rules of one directory. */
export const DIRECTORIES_MAX = 5
export const GROUP_RULES_MAX = 500

const date = z.iso.datetime()
const text = (most: number) => z.string().trim().min(1).max(most)
/** Names of attributes: they become part of filters. */
const attribute = z.string().regex(/^[A-Za-z][A-Za-z0-9;-]{0,63}$/, 'an attribute name')
const filter = z
  .string()
  .trim()
  .min(3)
  .max(1000)
  .regex(/^\(.*\)$/s, 'a filter in round brackets')
/** A name of the directory, or none: the entry at its root. */
const dn = z.string().trim().max(1000)

export const directorySettings = z.strictObject({
  people: z.strictObject({
    base: dn,
    /** `{login}` is where what somebody typed goes, escaped. */
    filter: filter.refine((value) => value.includes('{login}'), 'say with {login} where the name goes'),
  }),
  attributes: z.strictObject({ id: attribute, login: attribute, email: attribute, fullname: attribute }),
  groups: z.strictObject({
    base: dn,
    filter,
    memberAttribute: attribute,
    /** Groups in groups: not looked at, asked with the rule of Active Directory, or walked up group by group. */
    nested: z.enum(['no', 'matching-rule', 'walk']),
  }),
  /** People who were never here get an account at their first sign-in. */
  createsAccounts: z.boolean(),
  /** Somebody whose address is that of an account here signs in to it; never to one that runs the platform. */
  linksByEmail: z.boolean(),
  /** Who is gone or disabled there is suspended here, looked at so often; 0: only at sign-in. */
  syncMinutes: z.number().int().min(0).max(1440),
  timeoutMs: z.number().int().min(500).max(30_000),
})
export type DirectorySettings = z.output<typeof directorySettings>

/** What follows from being in a group of the directory: a role in an organisation, one in a resource group of it, or a duty for the platform. */
export const groupRule = z.union([
  z.strictObject({
    group: text(500),
    org: accountNameParam,
    role: memberRole,
    resourceGroup: text(96).optional(),
  }),
  z.strictObject({ group: text(500), duty: z.enum(PLATFORM_DUTIES) }),
])
export type GroupRule = z.output<typeof groupRule>

export const directoryFields = z.strictObject({
  name: text(80),
  url: z.url({ protocol: /^ldaps?$/ }).max(300),
  security: z.enum(['ldaps', 'starttls', 'plain']),
  /** Passwords without encryption to another machine; only where the network itself is trusted. */
  allowPlain: z.boolean().optional(),
  caPem: z.string().max(65_536).nullable().optional(),
  bindDn: z.string().trim().max(1000).nullable().optional(),
  /** Absent: as it was. */
  bindPassword: z.string().max(1000).optional(),
  isEnabled: z.boolean(),
  settings: directorySettings,
  rules: z.array(groupRule).max(GROUP_RULES_MAX),
})
export type DirectoryFields = z.output<typeof directoryFields>

const directoryView = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  security: z.enum(['ldaps', 'starttls', 'plain']),
  caPem: z.string().nullable(),
  bindDn: z.string().nullable(),
  hasBindPassword: z.boolean(),
  isEnabled: z.boolean(),
  settings: directorySettings,
  rules: z.array(groupRule),
  people: z.number().int(),
  suspended: z.number().int(),
  syncedAt: date.nullable(),
  syncResult: z.string().nullable(),
  problem: z.string().nullable(),
  problemAt: date.nullable(),
})
export type DirectoryView = z.output<typeof directoryView>

/** One thing a test tried, in words. */
const testStep = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })
export type DirectoryTestStep = z.output<typeof testStep>

const BASE = '/api/v1/accounts/admin/directories'
const byId = z.object({ directoryId: z.string().max(24) })
const REFUSALS = ['Unauthorized', 'Forbidden', 'InsufficientScope'] as const
const WRITES = [
  ...REFUSALS,
  'InvalidRequest',
  'Conflict',
  'AccountNotFound',
  'GroupNotFound',
  'ConnectionLimit',
] as const

/** Directories whose people sign in with their password there; for owners of the platform. */
export const directories = {
  list: route({
    id: 'accounts.directories.list',
    family: 'stoa',
    method: 'GET',
    path: BASE,
    summary: 'Directories (LDAP, Active Directory) whose people sign in here.',
    auth: 'user',
    response: z.object({ directories: z.array(directoryView) }),
    errors: [...REFUSALS],
  }),
  create: route({
    id: 'accounts.directories.create',
    family: 'stoa',
    method: 'POST',
    path: BASE,
    summary: 'Adds a directory.',
    auth: 'write',
    body: directoryFields,
    response: directoryView,
    errors: [...WRITES],
  }),
  update: route({
    id: 'accounts.directories.update',
    family: 'stoa',
    method: 'PUT',
    path: `${BASE}/:directoryId`,
    summary: 'Changes a directory; the password of its account stays unless another one is sent.',
    auth: 'write',
    params: byId,
    body: directoryFields,
    response: directoryView,
    errors: [...WRITES, 'ConnectionNotFound'],
  }),
  remove: route({
    id: 'accounts.directories.delete',
    family: 'stoa',
    method: 'DELETE',
    path: `${BASE}/:directoryId`,
    summary: 'Removes a directory; accounts that came through it stay, without a way in until they get a password.',
    auth: 'write',
    params: byId,
    errors: [...REFUSALS, 'ConnectionNotFound'],
  }),
  test: route({
    id: 'accounts.directories.test',
    family: 'stoa',
    method: 'POST',
    path: `${BASE}/test`,
    summary: 'Tries a directory step by step, as it would be saved, and says in words what is wrong. Nothing is kept.',
    auth: 'write',
    rate: 'auth',
    body: directoryFields.extend({
      /** Of a directory that is there: its stored password is used when none is sent. */
      directoryId: z.string().max(24).optional(),
      /** Somebody to look up, and to sign in as when the password is sent as well. */
      login: z.string().max(254).optional(),
      password: z.string().max(1000).optional(),
    }),
    response: z.object({ ok: z.boolean(), steps: z.array(testStep) }),
    errors: [...REFUSALS, 'InvalidRequest', 'ConnectionNotFound'],
  }),
  sync: route({
    id: 'accounts.directories.sync',
    family: 'stoa',
    method: 'POST',
    path: `${BASE}/:directoryId/sync`,
    summary: 'Compares accounts with the directory now.',
    auth: 'write',
    rate: 'auth',
    params: byId,
    response: directoryView,
    errors: [...REFUSALS, 'ConnectionNotFound', 'ConnectionInvalid'],
  }),
} as const
