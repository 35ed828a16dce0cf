import { refuse } from '@stoa/contracts'
import type { ProvisionedUser } from '../queries/provisioned-users.js'
import type { Resource, Value } from './resource.js'
import { CORE_USER, ENTERPRISE_USER } from './schema-urns.js'

const EMAIL = /^[^\s@]{1,64}@([^\s@.]+\.)*[^\s@.]+$/
const EMAIL_MAX = 254
const NAME_MAX = 120

/** What an account is made of, out of what an identity provider sends. */
export interface UserFacts {
  readonly userName: string
  readonly externalId: string | null
  /** The primary address, else the first, else a userName that is one; lower case is not forced. */
  readonly email: string | null
  readonly fullname: string
  /** Undefined: not said. */
  readonly active: boolean | undefined
}

/** Reads the facts; throws `ScimInvalidValue` without a userName. */
export function readUserFacts(resource: Resource): UserFacts {
  const userName = textOf(resource['userName'])?.trim() ?? ''
  if (userName === '' || userName.length > EMAIL_MAX) {
    throw refuse('ScimInvalidValue', `userName is missing or longer than ${EMAIL_MAX} characters.`)
  }
  const email = emailOf(resource) ?? (EMAIL.test(userName) ? userName : null)
  if (email !== null && (!EMAIL.test(email) || email.length > EMAIL_MAX)) {
    throw refuse('ScimInvalidValue', `"${email}" is no e-mail address.`)
  }
  const active = resource['active']
  return {
    userName,
    externalId: textOf(resource['externalId']) ?? null,
    email,
    fullname: fullnameOf(resource, userName),
    active: typeof active === 'boolean' ? active : undefined,
  }
}

function emailOf(resource: Resource): string | null {
  const emails = Array.isArray(resource['emails']) ? resource['emails'] : []
  const values = emails.map((one) => ({
    text: textOf(part(one, 'value'))?.trim(),
    isPrimary: part(one, 'primary') === true,
  }))
  const known = values.filter((one) => one.text !== undefined && one.text !== '')
  return (known.find((one) => one.isPrimary) ?? known[0])?.text ?? null
}

function fullnameOf(resource: Resource, userName: string): string {
  const { name } = resource
  const parts = [part(name, 'givenName'), part(name, 'familyName')].map(textOf).filter((text) => text !== undefined)
  const found = textOf(resource['displayName']) ?? textOf(part(name, 'formatted')) ?? parts.join(' ')
  return (found.trim() || userName).slice(0, NAME_MAX)
}

const textOf = (value: Value): string | undefined => (typeof value === 'string' ? value : undefined)
const part = (value: Value, name: string): Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined

/** The domain of an address, lower case. */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase()

/** What is kept of a resource beside the columns of its own. */
export function attributesToKeep(resource: Resource): Resource {
  const { userName: _userName, externalId: _externalId, active: _active, ...kept } = resource
  return kept
}

/** The person as a PATCH finds them. */
export function storedResource(user: ProvisionedUser): Resource {
  const { userName, externalId, active, attributes } = user
  return { ...attributes, userName, active, ...(externalId === null ? {} : { externalId }) }
}

/** The person as they are answered. */
export function showUser(
  user: ProvisionedUser,
  groups: readonly { readonly groupId: string; readonly displayName: string }[],
  baseUrl: string,
): Resource {
  const stored = storedResource(user)
  const schemas = [CORE_USER, ...(stored[ENTERPRISE_USER] === undefined ? [] : [ENTERPRISE_USER])]
  return {
    schemas,
    id: user.id,
    ...stored,
    ...(groups.length === 0
      ? {}
      : {
          groups: groups.map(({ groupId, displayName }) => ({
            value: groupId,
            $ref: `${baseUrl}/Groups/${groupId}`,
            display: displayName,
            type: 'direct',
          })),
        }),
    meta: showMeta('User', user, `${baseUrl}/Users/${user.id}`),
  }
}

/** When a resource was made and changed, and where it is. */
export function showMeta(
  resourceType: string,
  row: { readonly createdAt: Date; readonly updatedAt: Date; readonly version: number },
  location: string,
): Value {
  return {
    resourceType,
    created: row.createdAt.toISOString(),
    lastModified: row.updatedAt.toISOString(),
    location,
    version: versionTag(row),
  }
}

/** The entity tag of a resource. */
export const versionTag = ({ version }: { readonly version: number }): string => `W/"${version}"`
