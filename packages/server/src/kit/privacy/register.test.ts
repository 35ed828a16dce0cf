import { describe, expect, test } from 'vitest'
import { type CatalogComment, readComment, readRegister } from './register.js'

const column = (comment: string | null, over: Partial<CatalogComment> = {}): CatalogComment => ({
  schema: 's',
  table: 't',
  column: 'c',
  type: 'text',
  nullable: true,
  comment,
  ...over,
})
const problemsOf = (...comments: CatalogComment[]): string[] => readRegister(comments).problems

describe('privacy register', () => {
  test('a comment is words and values', () => {
    expect([...readComment("class=none; purpose=a b; type=Record<string, 'x=1'>")]).toEqual([
      ['class', 'none'],
      ['purpose', 'a b'],
      ['type', "Record<string, 'x=1'>"],
    ])
  })

  test('a column without a class is told in one line what to write', () => {
    const [problem, ...others] = problemsOf(column(null), column('TokenScope[]', { column: 'd' }))
    expect(problem).toMatch(/^s\.t\.c: has no privacy class.*comment on column s\.t\.c is 'class=none; purpose=…'/)
    expect(problem).not.toContain('\n')
    expect(others).toHaveLength(1)
  })

  test.each([
    ['class=secrets; purpose=x', 'class=secrets'],
    ['class=none', 'purpose= is missing'],
    ['class=personal; purpose=x; basis=y; retain=z', 'erase= is missing'],
    ['class=personal; purpose=x; basis=y; erase=null', 'retain= is missing'],
    ['class=personal; purpose=x; basis=y; retain=z; erase=burn', 'erase=burn'],
    ['class=personal; purpose=x; basis=y; retain=z; erase=keep', 'names its ground'],
    ['class=none; purpose=x; colour=red', '"colour"'],
  ])('%s is refused', (comment, part) => {
    expect(problemsOf(column(comment))[0]).toContain(part)
  })

  test('a rule must be possible: null needs a nullable column, a row that goes needs its person', () => {
    const text = (erase: string): string => `class=personal; purpose=x; basis=y; retain=z; erase=${erase}`
    expect(problemsOf(column(text('null'), { nullable: false }))[0]).toContain('may be null')
    expect(problemsOf(column(text('pseudonymise'), { type: 'bigint' }))[0]).toContain('text column')
    expect(problemsOf(column(text('delete')))[0]).toContain('whose row is it')
    const table = (comment: string) => column(comment, { column: null, type: '' })
    expect(problemsOf(table('subject=x; erase=delete'), column(text('delete')))[0]).toContain('subject=x')
    expect(problemsOf(table('subject=c; erase=delete; export=things'), column(text('delete')))).toEqual([])
  })
})
