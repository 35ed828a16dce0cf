import { CORE_GROUP, CORE_USER, ENTERPRISE_USER } from './schema-urns.js'

export type AttributeType = 'string' | 'boolean' | 'complex' | 'reference' | 'dateTime'

/** One attribute of RFC 7643 §2.2. Absent: one value, any case, changeable, shown by default. */
export interface Attribute {
  readonly name: string
  readonly type: AttributeType
  readonly about: string
  readonly isMulti?: true
  readonly isRequired?: true
  readonly isCaseExact?: true
  readonly isReadOnly?: true
  /** Always in an answer, whatever was asked for. */
  readonly isAlwaysShown?: true
  readonly isUnique?: true
  readonly subs?: readonly Attribute[]
}

export interface ResourceSchema {
  readonly urn: string
  readonly name: 'User' | 'Group'
  readonly about: string
  readonly attributes: readonly Attribute[]
  /** Further attributes, below their own name. */
  readonly extension?: { readonly urn: string; readonly about: string; readonly attributes: readonly Attribute[] }
  /** Attributes of the standard that clients send by default and that nothing here needs: taken, not kept. */
  readonly ignored: readonly string[]
}

const text = (name: string, about: string, more: Partial<Attribute> = {}): Attribute => ({
  name,
  type: 'string',
  about,
  ...more,
})

const valued = (name: string, about: string, more: Partial<Attribute> = {}): Attribute => ({
  name,
  type: 'complex',
  about,
  isMulti: true,
  subs: [
    text('value', 'The value itself.'),
    text('display', 'How to show it.'),
    text('type', 'What kind it is.'),
    { name: 'primary', type: 'boolean', about: 'The one that counts.' },
  ],
  ...more,
})

const COMMON: readonly Attribute[] = [
  text('id', 'Given here, never changes.', { isReadOnly: true, isCaseExact: true, isAlwaysShown: true }),
  text('externalId', 'The identifier at the client.', { isCaseExact: true }),
  {
    name: 'meta',
    type: 'complex',
    about: 'When it was made and changed, and where it is.',
    isReadOnly: true,
    subs: [
      text('resourceType', 'User or Group.', { isReadOnly: true }),
      { name: 'created', type: 'dateTime', about: 'When it was made.', isReadOnly: true },
      { name: 'lastModified', type: 'dateTime', about: 'When it was last changed.', isReadOnly: true },
      { name: 'location', type: 'reference', about: 'Its address.', isReadOnly: true, isCaseExact: true },
      text('version', 'Its entity tag.', { isReadOnly: true, isCaseExact: true }),
    ],
  },
]

export const USER: ResourceSchema = {
  urn: CORE_USER,
  name: 'User',
  about: 'Somebody of the organisation.',
  attributes: [
    ...COMMON,
    text('userName', 'How the organisation calls them; unique in it.', { isRequired: true, isUnique: true }),
    {
      name: 'name',
      type: 'complex',
      about: 'The parts of the name.',
      subs: [
        text('formatted', 'The whole name.'),
        text('familyName', 'The family name.'),
        text('givenName', 'The given name.'),
        text('middleName', 'Further given names.'),
        text('honorificPrefix', 'A title before the name.'),
        text('honorificSuffix', 'A title after the name.'),
      ],
    },
    text('displayName', 'The name shown on the pages.'),
    text('title', 'The position.'),
    text('userType', 'Employee, contractor and the like.'),
    text('preferredLanguage', 'The language they read best.'),
    text('locale', 'How dates and numbers are written.'),
    text('timezone', 'The time zone.'),
    { name: 'active', type: 'boolean', about: 'False: suspended, every session and token revoked.' },
    valued('emails', 'Addresses; the primary one, else the first, is the one of the account.'),
    valued('roles', 'Kept, without effect: roles come from groups.'),
    valued('groups', 'Groups the person is in; changed at the group.', { isReadOnly: true }),
  ],
  extension: {
    urn: ENTERPRISE_USER,
    about: 'Where somebody works.',
    attributes: [
      text('employeeNumber', 'The number.'),
      text('costCenter', 'The cost centre.'),
      text('organization', 'The organisation.'),
      text('division', 'The division.'),
      text('department', 'The department.'),
      {
        name: 'manager',
        type: 'complex',
        about: 'Who they report to.',
        subs: [
          text('value', 'The identifier of the manager.'),
          { name: '$ref', type: 'reference', about: 'The address of the manager.', isCaseExact: true },
          text('displayName', 'The name of the manager.'),
        ],
      },
    ],
  },
  ignored: [
    'nickName',
    'profileUrl',
    'password',
    'phoneNumbers',
    'ims',
    'photos',
    'addresses',
    'entitlements',
    'x509Certificates',
  ],
}

export const GROUP: ResourceSchema = {
  urn: CORE_GROUP,
  name: 'Group',
  about: 'People of the organisation; what they may do follows from the mapping of groups.',
  attributes: [
    ...COMMON,
    text('displayName', 'The name; unique in the organisation.', { isRequired: true, isUnique: true }),
    {
      name: 'members',
      type: 'complex',
      about: 'Who is in it.',
      isMulti: true,
      subs: [
        text('value', 'The identifier of the person.', { isCaseExact: true }),
        text('display', 'The name of the person.', { isReadOnly: true }),
        text('type', 'User.'),
        { name: '$ref', type: 'reference', about: 'The address of the person.', isCaseExact: true },
      ],
    },
  ],
  ignored: [],
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** The attribute of this name in any case; null when there is none. */
export function findAttribute(attributes: readonly Attribute[], name: string): Attribute | null {
  return attributes.find((one) => same(one.name, name)) ?? null
}

/** Whether the standard knows an attribute that is taken and not kept. */
export function isIgnored(schema: ResourceSchema, name: string): boolean {
  return schema.ignored.some((one) => same(one, name))
}
