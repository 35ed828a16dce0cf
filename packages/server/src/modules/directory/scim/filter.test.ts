import { StoaError } from '@stoa/contracts'
import { describe, expect, it } from 'vitest'
import { type Filter, FILTER_LIMITS, parseFilter, parsePatchPath } from './filter.js'
import { equalitiesOf, matches } from './match-filter.js'
import { USER } from './schema.js'
import { ENTERPRISE_USER } from './schema-urns.js'

const ADA = {
  id: 'u1',
  externalId: 'E-7',
  userName: 'Ada@Acme.example',
  displayName: 'Ada Lovelace',
  active: true,
  title: '',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { value: 'ada@acme.example', type: 'work', primary: true },
    { value: 'ada@home.example', type: 'home' },
  ],
  [ENTERPRISE_USER]: { department: 'Research', manager: { value: 'u9' } },
  meta: { lastModified: '2026-11-20T12:00:00.000Z' },
}

describe('[R1] a filter of RFC 7644', () => {
  it.each([
    ['userName eq "ada@acme.example"', true],
    ['USERNAME EQ "ADA@ACME.EXAMPLE"', true],
    ['externalId eq "e-7"', false],
    ['externalId eq "E-7"', true],
    ['name.familyName co "love"', true],
    ['displayName sw "Ada" and active eq true', true],
    ['displayName ew "x" or userName pr', true],
    ['not (active eq true)', false],
    ['active ne true', false],
    ['active eq False', false],
    ['title pr', false],
    ['nickName pr', false],
    ['nickName ne "x"', true],
    ['title eq null', false],
    ['userType eq null', true],
    ['emails eq "ada@home.example"', true],
    ['emails.type eq "home"', true],
    ['emails[type eq "work" and value co "acme"]', true],
    ['emails[type eq "home" and value co "acme"]', false],
    ['emails[type eq "work"] and not (emails[type eq "other"])', true],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ada"', true],
    [`${ENTERPRISE_USER}:department eq "research"`, true],
    [`${ENTERPRISE_USER}:manager.value eq "u9"`, true],
    ['meta.lastModified gt "2026-11-20T11:59:59Z"', true],
    ['meta.lastModified lt "2026-11-20T12:00:00Z"', false],
    ['userName ge "ada" and userName le "adb"', true],
    ['userName eq "a\\"b"', false],
    // `and` binds closer than `or`.
    ['userName eq "x" and active eq true or active eq true', true],
    ['userName eq "x" and (active eq true or active eq true)', false],
  ])('%s', (text, expected) => {
    expect(matches(USER, parseFilter(text), ADA)).toBe(expected)
  })

  it.each([
    '',
    'userName',
    'userName eq',
    'userName is "x"',
    'userName eq x',
    "userName eq 'x'",
    'userName eq "x',
    'userName eq {}',
    'userName eq "x" and',
    '(userName pr',
    'userName pr)',
    'emails[type eq "x"',
    'user name pr',
    'a.b.c pr',
    '1a pr',
    'not userName pr',
    'active gt true',
    'x'.repeat(FILTER_LIMITS.characters + 1),
    `${'('.repeat(200)}userName pr${')'.repeat(200)}`,
    Array.from({ length: FILTER_LIMITS.terms + 1 }, () => 'userName pr').join(' or '),
  ])('refuses %.60s', (text) => {
    const read = () => matches(USER, parseFilter(text), ADA)
    expect(read).toThrow(StoaError)
    expect(read).toThrow(expect.objectContaining({ code: 'ScimInvalidFilter' }) as Error)
  })

  it('what is written from a tree is read as the same tree', () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    for (let round = 0; round < 500; round += 1) {
      const tree = grow(random, 0)
      expect(parseFilter(write(tree))).toEqual(tree)
    }
  })

  it('tells what an index can answer', () => {
    const filter = parseFilter('userName eq "a" and externalId eq "b" and (id eq "c" or id eq "d")')
    expect([...equalitiesOf(filter)]).toEqual([
      ['username', 'a'],
      ['externalid', 'b'],
    ])
    expect(equalitiesOf(parseFilter('userName eq "a" or id eq "b"')).size).toBe(0)
  })
})

describe('the path of a change', () => {
  it.each([
    ['active', 'active', null],
    ['name.givenName', 'name', null],
    ['members[value eq "u1"]', 'members', null],
    ['emails[type eq "work"].value', 'emails', 'value'],
    [`${ENTERPRISE_USER}:manager`, 'manager', null],
    [ENTERPRISE_USER, '', null],
  ])('%s', (text, name, sub) => {
    const found = parsePatchPath(text)
    expect([found.path.name, found.sub]).toEqual([name, sub])
  })

  it.each(['', '.', 'a b', 'emails[', 'emails[type eq "x"] .value', 'emails[type eq "x"].', 'emails[].value', 'x]'])(
    'refuses "%s"',
    (text) => {
      expect(() => parsePatchPath(text)).toThrow(expect.objectContaining({ code: 'ScimInvalidPath' }) as Error)
    },
  )
})

const NAMES = ['userName', 'active', 'emails', 'x-1', '$ref']
const OPS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const
const VALUES = ['', 'a "b" \\ c', 'ü (]', 'and', true, false, null, 0, -1.5]

function grow(random: (below: number) => number, depth: number): Filter {
  const path = {
    schema: random(4) === 0 ? ENTERPRISE_USER : null,
    name: NAMES[random(NAMES.length)] as string,
    sub: random(3) === 0 ? 'value' : null,
  }
  const kind = depth > 2 ? random(2) : random(6)
  if (kind === 0) return { kind: 'present', path }
  if (kind === 1) {
    return { kind: 'compare', path, op: OPS[random(OPS.length)] ?? 'eq', value: VALUES[random(VALUES.length)] ?? null }
  }
  if (kind === 2) return { kind: 'not', part: grow(random, depth + 1) }
  if (kind === 3) return { kind: 'has', path, part: grow(random, depth + 1) }
  const word = kind === 4 ? 'and' : 'or'
  const parts = Array.from({ length: 2 + random(2) }, () => grow(random, depth + 1))
  // What is written without brackets is one list.
  return { kind: word, parts: parts.map((part) => (part.kind === word ? { kind: 'not', part } : part)) }
}

function write(filter: Filter): string {
  if (filter.kind === 'and' || filter.kind === 'or') {
    return filter.parts
      .map((part) => (part.kind === 'and' || part.kind === 'or' ? `(${write(part)})` : write(part)))
      .join(` ${filter.kind} `)
  }
  if (filter.kind === 'not') return `not (${write(filter.part)})`
  const { schema, name, sub } = filter.path
  const path = `${schema === null ? '' : `${schema}:`}${name}${sub === null ? '' : `.${sub}`}`
  if (filter.kind === 'present') return `${path} pr`
  if (filter.kind === 'has') return `${path}[${write(filter.part)}]`
  return `${path} ${filter.op} ${JSON.stringify(filter.value)}`
}
