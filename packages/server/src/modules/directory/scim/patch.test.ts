import { describe, expect, it } from 'vitest'
import { applyPatch } from './patch.js'
import { readResource, type Resource } from './resource.js'
import { GROUP, USER } from './schema.js'
import { ENTERPRISE_USER } from './schema-urns.js'

const ADA: Resource = {
  userName: 'ada@acme.example',
  active: true,
  displayName: 'Ada',
  name: { givenName: 'Ada', familyName: 'L' },
  emails: [{ value: 'ada@acme.example', type: 'work', primary: true }],
  [ENTERPRISE_USER]: { department: 'Research' },
}

const patch = (...operations: object[]): Resource => applyPatch(USER, ADA, { Operations: operations })

describe('[R1] changes as Entra ID sends them', () => {
  it('takes verbs with a capital and truth as a text', () => {
    expect(patch({ op: 'Replace', path: 'active', value: 'False' })['active']).toBe(false)
    expect(patch({ op: 'Replace', value: { active: 'True' } })['active']).toBe(true)
  })

  it('takes keys with dots, filters and schemas in an object without a path', () => {
    const after = patch({
      op: 'Add',
      value: {
        'name.givenName': 'Augusta',
        'emails[type eq "work"].value': 'augusta@acme.example',
        [`${ENTERPRISE_USER}:employeeNumber`]: '7',
        [ENTERPRISE_USER]: { costCenter: 'C' },
        'addresses[type eq "work"].locality': 'London',
        unheardOf: 1,
      },
    })
    expect(after).toEqual({
      ...ADA,
      name: { givenName: 'Augusta', familyName: 'L' },
      emails: [{ value: 'augusta@acme.example', type: 'work', primary: true }],
      [ENTERPRISE_USER]: { department: 'Research', employeeNumber: '7', costCenter: 'C' },
    })
  })

  it('makes the value that a filter describes when there is none', () => {
    const after = patch({ op: 'Replace', path: 'emails[type eq "home"].value', value: 'ada@home.example' })
    expect(after['emails']).toEqual([ADA['emails'], { type: 'home', value: 'ada@home.example' }].flat())
  })

  it('takes a bare text for the manager, and takes it away', () => {
    const path = `${ENTERPRISE_USER}:manager`
    const after = patch({ op: 'Add', path, value: 'u9' })
    expect(after[ENTERPRISE_USER]).toEqual({ department: 'Research', manager: { value: 'u9' } })
    expect(applyPatch(USER, after, { Operations: [{ op: 'Remove', path }] })).toEqual(ADA)
  })

  it('adds and removes members of a group', () => {
    const group = { displayName: 'R', members: [{ value: 'a' }, { value: 'b' }] }
    const change = (...operations: object[]) => applyPatch(GROUP, group, { Operations: operations })['members']
    expect(change({ op: 'Add', path: 'members', value: [{ value: 'b' }, { value: 'c' }] })).toEqual([
      { value: 'a' },
      { value: 'b' },
      { value: 'c' },
    ])
    expect(change({ op: 'Remove', path: 'members', value: [{ value: 'a' }] })).toEqual([{ value: 'b' }])
    expect(change({ op: 'Remove', path: 'members[value eq "b"]' })).toEqual([{ value: 'a' }])
    expect(change({ op: 'remove', path: 'members[value eq "gone"]' })).toEqual(group.members)
    expect(change({ op: 'remove', path: 'members' })).toBeUndefined()
  })
})

describe('changes as Okta sends them', () => {
  it('takes active without a path, and the id beside a name', () => {
    expect(patch({ op: 'replace', value: { active: false } })['active']).toBe(false)
    const group = { displayName: 'R' }
    const renamed = { op: 'replace', value: { id: 'g1', displayName: 'S' } }
    expect(applyPatch(GROUP, group, { Operations: [renamed] })).toEqual({ displayName: 'S' })
  })

  it('replaces all members at once', () => {
    const group = { displayName: 'R', members: [{ value: 'a' }] }
    const operations = [{ op: 'replace', path: 'members', value: [{ value: 'b' }, { value: 'c', display: 'C' }] }]
    const after = applyPatch(GROUP, group, { Operations: operations })
    expect(after['members']).toEqual([{ value: 'b' }, { value: 'c', display: 'C' }])
  })
})

describe('changes by the standard', () => {
  it('keeps one primary value', () => {
    const home = { value: 'h@home.example', type: 'home', primary: true }
    const after = patch({ op: 'add', path: 'emails', value: home })['emails'] as Resource[]
    expect(after.map((one) => one['primary'])).toEqual([false, true])
  })

  it('changes all or nothing', () => {
    const operations = [
      { op: 'replace', path: 'title', value: 'x' },
      { op: 'replace', path: 'nothing', value: 1 },
    ]
    expect(() => patch(...operations)).toThrow(expect.objectContaining({ code: 'ScimInvalidPath' }) as Error)
    expect(ADA['title']).toBeUndefined()
  })

  it.each([
    ['a foreign verb', { op: 'move', path: 'a' }, 'ScimInvalidSyntax'],
    ['removing nothing', { op: 'remove' }, 'ScimNoTarget'],
    ['a value nothing fits', { op: 'replace', path: 'emails[value eq "x"].type', value: 'y' }, 'ScimNoTarget'],
    ['what is read-only', { op: 'replace', path: 'id', value: 'x' }, 'ScimMutability'],
    ['groups of a person', { op: 'add', path: 'groups', value: [{ value: 'g' }] }, 'ScimMutability'],
    ['truth that is none', { op: 'replace', path: 'active', value: 'maybe' }, 'ScimInvalidValue'],
    ['an object for a text', { op: 'replace', path: 'title', value: {} }, 'ScimInvalidValue'],
    ['a list for an object', { op: 'add', value: [1] }, 'ScimInvalidValue'],
    ['a text that is too long', { op: 'add', path: 'title', value: 'x'.repeat(5000) }, 'ScimInvalidValue'],
    ['a filter on one value', { op: 'add', path: 'name[givenName eq "x"].givenName', value: 'y' }, 'ScimInvalidPath'],
    ['an unknown part', { op: 'add', path: 'name.nick', value: 'y' }, 'ScimInvalidPath'],
    ['a path that is no text', { op: 'add', path: 7, value: 'y' }, 'ScimInvalidPath'],
  ])('refuses %s', (_title, operation, code) => {
    expect(() => patch(operation)).toThrow(expect.objectContaining({ code }) as Error)
  })

  it('refuses a body without operations, and too many', () => {
    const refusal = (body: unknown, code: string) =>
      expect(() => applyPatch(USER, ADA, body)).toThrow(expect.objectContaining({ code }) as Error)
    refusal({}, 'ScimInvalidSyntax')
    refusal({ Operations: [] }, 'ScimInvalidSyntax')
    refusal({ Operations: Array.from({ length: 1001 }, () => ({ op: 'add' })) }, 'ScimTooMany')
    refusal(null, 'ScimInvalidValue')
  })

  it('never reaches the prototype', () => {
    const operations = [{ op: 'add', value: JSON.parse('{"constructor":{"x":1},"toString":"x"}') as object }]
    const after = applyPatch(USER, { userName: 'a' }, { Operations: operations })
    expect(after).toEqual({ userName: 'a' })
    expect(Object.getPrototypeOf(after)).toBe(Object.prototype)
    const refused = { op: 'add', path: '__proto__.active', value: true }
    expect(() => patch(refused)).toThrow(expect.objectContaining({ code: 'ScimInvalidPath' }) as Error)
    expect(readResource(USER, JSON.parse('{"__proto__":{"x":1},"userName":"a"}'))).toEqual({ userName: 'a' })
  })
})
