import { describe, expect, it } from 'vitest'
import { StoaError } from '@stoa/contracts'
import { readDocuments } from './read-documents.js'

const refusal = (text: string): string => {
  try {
    readDocuments('m.yaml', text)
  } catch (error) {
    if (error instanceof StoaError) return error.message
    throw error
  }
  throw new Error('was taken')
}

describe('reading documents', () => {
  it('takes YAML, JSON and several documents, and skips empty ones', () => {
    const [yaml] = readDocuments('m.yaml', 'users:\n  - name: alice\n')
    expect(yaml?.value).toEqual({ users: [{ name: 'alice' }] })
    const [json] = readDocuments('m.json', '{"users": [{"name": "alice"}],\n\t"orgs": []}')
    expect(json?.value).toEqual({ users: [{ name: 'alice' }], orgs: [] })
    expect(readDocuments('m.yaml', 'users: []\n---\n# nothing\n---\norgs: []\n')).toHaveLength(2)
    expect(readDocuments('m.yaml', '')).toHaveLength(0)
  })

  it('leads from a key to its line and column', () => {
    const [document] = readDocuments(
      'm.yaml',
      'users:\n  - name: alice\n    email: x\norgs:\n  - { name: acme, plan: gold }\n',
    )
    expect(document?.locate(['users', 0, 'email'])).toEqual({ line: 3, column: 5 })
    expect(document?.locate(['orgs', 0, 'plan'])).toEqual({ line: 5, column: 19 })
    expect(document?.locate(['users', 0, 'missing'])).toEqual({ line: 2, column: 5 })
    expect(document?.locate([])).toEqual({ line: 1, column: 1 })
  })

  it('tells file, line and column of what is not YAML', () => {
    expect(refusal('users:\n  - name: "alice\n')).toMatch(/^m\.yaml:\d+:\d+: /)
    expect(refusal('a: 1\na: 2\n')).toMatch(/^m\.yaml:2:1: .*unique/)
    expect(refusal('- 1\n- 2\n')).toBe('m.yaml:1:1: a mapping with keys like users, orgs, repos')
  })

  it('refuses documents made to exhaust the reader', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf'].map((pair) => [...pair])) {
      bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${of}`).join(',')}]`)
    }
    expect(refusal(bomb.join('\n'))).toContain('alias')
    expect(refusal(`${'['.repeat(5)}`)).toMatch(/^m\.yaml:/)
    expect(refusal(`a: ${'{a: '.repeat(40)}1${'}'.repeat(40)}`)).toContain('levels of nesting')
    expect(refusal('---\na: 1\n'.repeat(60))).toContain('at most 50 documents')
  })
})
