import { describe, expect, it } from 'vitest'
import { checkCsv, type CsvWorld } from './check-csv.js'
import { readCsv } from './read-csv.js'

const world: CsvWorld = {
  isOrg: true,
  groupIds: new Map([
    ['research', 'g1'],
    ['ops, north', 'g2'],
  ]),
  isInvited: (email) => email === 'again@example.org',
  expiresInDays: 14,
}
const check = (text: string, over: Partial<CsvWorld> = {}) => {
  const lines = readCsv(text, 10_000)
  return lines && checkCsv(lines, { ...world, ...over })
}
const problems = (text: string, over: Partial<CsvWorld> = {}) =>
  check(text, over)?.map(({ line, problem }) => [line.line, problem])

describe('a CSV file of people', () => {
  it('is read with quotes, line breaks in them, semicolons, tabs, any order of columns and a byte order mark', () => {
    const text =
      '\ufeffEmail,Name,groups,ROLE\r\nann@example.org,"Ann ""A"" Lee","Research:write|ops, north",write\r\n\r\nbob@example.org,,,\n'
    const [ann, bob] = check(text) ?? []
    expect(ann?.invited).toMatchObject({
      email: 'ann@example.org',
      name: 'Ann "A" Lee',
      role: 'write',
      groups: [
        { groupId: 'g1', role: 'write' },
        { groupId: 'g2', role: 'read' },
      ],
    })
    expect(bob).toMatchObject({ line: { line: 4 }, invited: { name: null, role: 'read', groups: [] } })
    expect(problems('name;email\nA;a@b.de')).toEqual([[2, null]])
    expect(problems('name\temail\n"A"\t"a@b.de"')).toEqual([[2, null]])
    expect(problems('email\n"a@b.de"\n"two\nlines@b.de"\nc@b.de')).toEqual([
      [2, null],
      [3, 'email'],
      [5, null],
    ])
  })

  it('says what is wrong with which line, and takes the others', () => {
    const text = [
      'name,email,role,groups',
      'A,a@example.org,read,',
      'A,A@EXAMPLE.org,read,',
      'B,not an address,read,',
      'C,c@example.org,owner,',
      'D,d@example.org,read,Nowhere',
      'E,e@example.org,read,Research:god',
      'F,f@example.org,read,,extra',
      'H,again@example.org,read,',
      `${'x'.repeat(130)},i@example.org,read,`,
      'J\u202e,j@example.org,read,',
      `K,k@example.org,read,${Array(51).fill('Research').join('|')}`,
      'L,l@example.org\u0000,read,',
      'M,"m@example.org\r\nBcc: x@example.org",read,',
      'N,n@example.org,READ, research : Write ',
    ].join('\n')
    expect(problems(text)?.map(([, problem]) => problem)).toEqual([
      ...[null, 'duplicate', 'email', 'role', 'group', 'groupRole', 'columns'],
      ...['invited', 'name', 'name', 'tooManyGroups', 'email', 'email', null],
    ])
    expect(problems('name,email\nA,"a@b.de\nB,b@b.de')).toEqual([[2, 'quote']])
  })

  it('has no roles and groups for the platform', () => {
    const rows = 'name,email,role,groups\nA,a@b.de,,\nB,b@b.de,read,\nC,c@b.de,,Research'
    expect(problems(rows, { isOrg: false })).toEqual([
      [2, null],
      [3, 'role'],
      [4, 'group'],
    ])
  })

  it('is none without an e-mail column, with unknown or repeated columns, or past the limit', () => {
    for (const text of ['', '\n\n', 'name,role\nA,read', 'email,password\na@b.de,x', 'email,email\na@b.de,b@c.de'])
      expect(check(text)).toBeNull()
    const many = (count: number) => `email\n${Array.from({ length: count }, (_, n) => `p${n}@example.org`).join('\n')}`
    expect(readCsv(many(10_000), 10_000)).toHaveLength(10_000)
    expect(readCsv(many(10_001), 10_000)).toBeNull()
  })

  it('is read in time however it is made', () => {
    const started = performance.now()
    const hostile = ['"'.repeat(2_000_000), `email\n${'"a'.repeat(900_000)}`, `email\n${'a"\n'.repeat(600_000)}`]
    for (const text of hostile) readCsv(text, 10_000)
    expect(performance.now() - started).toBeLessThan(3_000)
    // What looks like a formula is text and stays text.
    expect(check('name,email\n=HYPERLINK("x"),a@b.de')?.[0]?.problem).toBe('quote')
    expect(check("name,email\n'=1+1,a@b.de")?.[0]?.invited?.name).toBe("'=1+1")
  })
})
