import type { SignOnMapping } from '@stoa/contracts'
import type { GroupMembership, Role } from '../../../kit/http/actor.js'
import { isAtLeast } from '../../accounts/index.js'
import type { Assertion, Connection } from './connection.js'

const MAX_GROUPS = 2_000
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,253}$/

/** Where providers usually put things; the first that is there counts. */
const USUAL: Readonly<Record<keyof SignOnMapping['attributes'], readonly string[]>> = {
  email: [
    'email',
    'mail',
    'urn:oid:0.9.2342.19200300.100.1.3',
    'urn:oid:1.2.840.113549.1.9.1',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
  ],
  name: ['preferred_username', 'username', 'uid', 'urn:oid:0.9.2342.19200300.100.1.1', 'nickname'],
  fullname: [
    'name',
    'displayName',
    'cn',
    'urn:oid:2.16.840.1.113730.3.1.241',
    'http://schemas.microsoft.com/identity/claims/displayname',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
  ],
  groups: [
    'groups',
    'memberOf',
    'roles',
    'Role',
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
  ],
}
const GIVEN = [
  'given_name',
  'givenName',
  'urn:oid:2.5.4.42',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname',
]
const FAMILY = ['family_name', 'sn', 'urn:oid:2.5.4.4', 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname']

/** A person as a provider describes them, in our words. */
export interface Described {
  readonly email: string | null
  readonly name: string | null
  readonly fullname: string | null
  readonly groups: readonly string[]
}

/** Reads the attributes that the connection names, or the usual ones. */
export function describePerson({ attributes, subject }: Assertion, mapping: SignOnMapping): Described {
  const valuesOf = (key: keyof SignOnMapping['attributes']): readonly string[] => {
    const wanted = mapping.attributes[key]
    for (const name of wanted === undefined ? USUAL[key] : [wanted]) {
      const values = attributes.get(name)
      if (values && values.length > 0) return values
    }
    return []
  }
  const first = (names: readonly string[]) => names.map((name) => attributes.get(name)?.[0]).find((value) => value)
  const email = valuesOf('email')[0]?.trim() ?? (EMAIL.test(subject) ? subject : undefined)
  const parts = [first(GIVEN), first(FAMILY)].filter((part) => part !== undefined)
  const fullname = valuesOf('fullname')[0]?.trim() || parts.join(' ')
  return {
    email: email !== undefined && EMAIL.test(email) ? email : null,
    name: valuesOf('name')[0]?.trim() || null,
    fullname: fullname === '' ? null : fullname.slice(0, 120),
    groups: [...new Set(valuesOf('groups'))].slice(0, MAX_GROUPS),
  }
}

/** What a person's groups give in the organisation; a null role keeps them out. */
export interface MappedRights {
  readonly role: Role | null
  /** Whether a rule said so, and not the default: then the role is set at each sign-in. */
  readonly isByRule: boolean
  /** Resource groups by name with the role there; null for those a rule names and the person does not meet. */
  readonly groups: ReadonlyMap<string, GroupMembership['role'] | null>
}

/** Rules are case-sensitive, and the strongest role of all that are met counts. `/research` of Keycloak meets `research` too. */
export function mapRights(groups: readonly string[], mapping: SignOnMapping): MappedRights {
  const held = new Set(groups.flatMap((group) => [group, group.replace(/^\//, '')]))
  let role: Role | null = null
  for (const rule of mapping.roles) if (held.has(rule.value) && !isAtLeast(role, rule.role)) role = rule.role
  const mapped = new Map<string, GroupMembership['role'] | null>()
  for (const rule of mapping.groups) {
    const before = mapped.get(rule.group) ?? null
    if (!held.has(rule.value)) mapped.set(rule.group, before)
    else if (!isAtLeast(before, rule.role)) mapped.set(rule.group, rule.role)
  }
  return { role: role ?? mapping.defaultRole, isByRule: mapping.roles.length > 0, groups: mapped }
}

/** Whether somebody who came so is still asked for our own second factor. */
export function asksSecondFactor(rule: Connection['secondFactor'], amr: readonly string[]): boolean {
  if (rule === 'by_amr') return !amr.some((method) => STRONG.has(method))
  return rule === 'ours'
}

/** Methods that mean more than a password (RFC 8176, and the classes of SAML). */
const STRONG = new Set([
  'mfa',
  'otp',
  'hwk',
  'swk',
  'fpt',
  'face',
  'iris',
  'retina',
  'sc',
  'pop',
  'https://refeds.org/profile/mfa',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI',
  'http://schemas.microsoft.com/claims/multipleauthn',
])
