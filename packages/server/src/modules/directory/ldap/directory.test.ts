import { FilterParser } from 'ldapts'
import { describe, expect, it } from 'vitest'
import { type DirectorySettings, groupFilterOf, meetsRule, readPerson } from './directory.js'
import { escapeDn, escapeFilter, fillFilter } from './escape-filter.js'
import { explainProblem } from './explain-problem.js'

const SETTINGS: DirectorySettings = {
  people: { base: 'dc=x', filter: '(&(objectClass=person)(uid={login}))' },
  attributes: { id: 'objectGUID', login: 'sAMAccountName', email: 'mail', fullname: 'cn' },
  groups: { base: 'dc=x', filter: '(objectClass=group)', memberAttribute: 'member', nested: 'matching-rule' },
  createsAccounts: true,
  linksByEmail: false,
  syncMinutes: 60,
  timeoutMs: 2000,
}

describe('[R1] what somebody typed', () => {
  const HOSTILE = [
    '*',
    'a)(uid=*',
    'a*b',
    '\\',
    'x)(|(objectClass=*',
    'a\0b',
    '*)(userPassword=*',
    '(',
    ')',
    'ü',
    '\u{1f600}',
    '\\2a',
    '{login}',
  ]

  it('is nothing but a value of the filter', () => {
    for (const login of HOSTILE) {
      const filter = fillFilter(SETTINGS.people.filter, { login })
      const parsed = FilterParser.parseString(filter) as unknown as {
        filters: readonly { readonly type: number; readonly attribute: string; readonly value: string | Buffer }[]
      }
      expect(parsed.filters).toHaveLength(2)
      const [, second] = parsed.filters
      expect(second?.attribute).toBe('uid')
      // An equality, not a presence or a pattern.
      expect(second?.constructor.name).toBe('EqualityFilter')
      expect(String(second?.value)).toBe(login)
    }
  })

  it('is escaped by the letter of the standards', () => {
    expect(escapeFilter('a*(b)\\\0')).toBe('a\\2a\\28b\\29\\5c\\00')
    expect(escapeDn(' a,b+c"\\ ')).toBe('\\ a\\2cb\\2bc\\22\\5c\\ ')
    expect(escapeDn('#x')).toBe('\\#x')
    expect(groupFilterOf(SETTINGS, 'cn=a(b)*,dc=x')).toBe(
      '(&(objectClass=group)(member:1.2.840.113556.1.4.1941:=cn=a\\28b\\29\\2a,dc=x))',
    )
  })
})

describe('an entry', () => {
  const entry = {
    dn: 'cn=ada,dc=x',
    objectGUID: Buffer.from([255, 0, 128]),
    samaccountname: 'ada',
    mail: [],
    cn: 'Ada',
  }

  it('is read whatever the case of its attributes', () => {
    expect(readPerson(entry, SETTINGS)).toEqual({
      ...{ entryId: 'ff0080', dn: 'cn=ada,dc=x', login: 'ada', email: null, fullname: 'Ada', isDisabled: false },
    })
  })

  it.each([
    [{ userAccountControl: '514' }, true],
    [{ userAccountControl: '512' }, false],
    [{ userAccountControl: '66050' }, true],
    [{ pwdAccountLockedTime: '000001010000Z' }, true],
    [{ nsAccountLock: 'TRUE' }, true],
    [{ nsAccountLock: 'FALSE' }, false],
  ])('with %o is disabled: %s', (more, expected) => {
    expect(readPerson({ ...entry, ...more } as typeof entry, SETTINGS)?.isDisabled).toBe(expected)
  })

  it('without an identifier or a login is nobody', () => {
    expect(readPerson({ ...entry, objectGUID: [] as never }, SETTINGS)).toBeNull()
    expect(readPerson({ ...entry, samaccountname: '' }, SETTINGS)).toBeNull()
  })
})

it('a rule is met by the name of a group or by all of it', () => {
  const groups = [{ dn: 'CN=Lab Staff, OU=Groups,DC=x', name: 'Lab Staff' }]
  const met = (group: string) => meetsRule({ group, org: 'x', role: 'read' }, groups)
  expect([met('lab staff'), met('cn=lab staff,ou=groups,dc=x'), met('lab'), met('ou=groups,dc=x')]).toEqual([
    true,
    true,
    false,
    false,
  ])
})

it('problems are explained in words', () => {
  const coded = (code: string) => explainProblem(Object.assign(new Error('x'), { code }))
  expect(coded('ECONNREFUSED')).toContain('Nothing listens')
  expect(coded('DEPTH_ZERO_SELF_SIGNED_CERT')).toContain('signed by itself')
  expect(explainProblem(new Error('80090308: LdapErr: DSID-0C0903A9, comment: data 533, v1db1'))).toContain('disabled')
  expect(explainProblem(new Error('\u0000odd\nthing'))).toBe('The directory could not be asked: odd thing.')
})
