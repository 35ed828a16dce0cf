import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { explainIssue, knownKeys } from './explain-issue.js'
import { editDistance, findNearestWord } from './nearest-word.js'

const item = z.strictObject({
  name: z.string(),
  fullname: z.string().optional(),
  admin: z.boolean().optional(),
  members: z.record(z.string(), z.enum(['read', 'write', 'admin'])).optional(),
  tokens: z.array(z.strictObject({ name: z.string(), role: z.enum(['read', 'write']) })).optional(),
  files: z.union([z.string(), z.strictObject({ from: z.string(), include: z.array(z.string()) })]).optional(),
})

const explain = (value: unknown) => {
  const parsed = item.safeParse(value, { reportInput: true })
  const [issue] = parsed.error?.issues ?? []
  if (!issue) throw new Error('was taken')
  return explainIssue(issue, item)
}

describe('words for schema problems', () => {
  it('names the nearest known key', () => {
    expect(explain({ name: 'a', fullnmae: 'A' })).toEqual({
      path: ['fullnmae'],
      expected: 'unknown key; did you mean "fullname"?',
    })
    expect(explain({ name: 'a', tokens: [{ name: 't', rol: 'read', role: 'read' }] })).toEqual({
      path: ['tokens', 0, 'rol'],
      expected: 'unknown key; did you mean "role"?',
    })
    expect(explain({ name: 'a', zzz: 1 }).expected).toContain('known here: name, fullname, admin')
  })

  it('names the nearest known value', () => {
    expect(explain({ name: 'a', members: { bob: 'raed' } })).toEqual({
      path: ['members', 'bob'],
      expected: 'expected one of read, write, admin; did you mean "read"?',
    })
  })

  it('says what is missing and of which kind', () => {
    expect(explain({})).toEqual({ path: ['name'], expected: 'missing; expected string' })
    expect(explain({ name: 1 })).toEqual({ path: ['name'], expected: 'expected string' })
    expect(explain({ name: 'a', files: { from: 1 } }).path[0]).toBe('files')
    expect(explain({ name: 'a', files: 5 }).expected).not.toBe('')
  })

  it('never repeats the value, which may be a secret', () => {
    expect(JSON.stringify(explain({ name: 'a', admin: 'hunter2-secret' }))).not.toContain('hunter2')
  })
})

it('knows the keys of a schema at a path', () => {
  expect(knownKeys(item, ['tokens', 3])).toEqual(['name', 'role'])
  expect(knownKeys(item, ['files'])).toEqual(['from', 'include'])
})

describe('nearest words', () => {
  it('count edits and swaps', () => {
    expect(editDistance('name', 'nmae')).toBe(1)
    expect(editDistance('kitten', 'sitting')).toBe(3)
    expect(editDistance('', 'abc')).toBe(3)
  })

  it('are only given when close', () => {
    expect(findNearestWord('emial', ['email', 'name'])).toBe('email')
    expect(findNearestWord('xyz', ['email', 'name'])).toBeNull()
  })
})
