import { describe, expect, it } from 'vitest'
import { findRepoNameProblem, splitRepoName, webPath } from './repo-name.js'

describe('repository names', () => {
  it.each(['a', 'tiny-llama', 'a_b.c', 'x'.repeat(96)])('takes %s', (name) =>
    expect(findRepoNameProblem(name)).toBeNull(),
  )
  it.each(['', 'a b', '-a', 'a-', '.a', 'a.', 'a--b', 'a..b', 'a.git', 'A.GIT', 'ä', 'x'.repeat(97), 'a/b'])(
    'refuses %j',
    (name) => expect(findRepoNameProblem(name)).toMatch(/repository name/),
  )
  it('splits full names', () => {
    expect(splitRepoName('acme/tiny')).toEqual({ namespace: 'acme', name: 'tiny' })
    expect(splitRepoName('tiny', 'bob')).toEqual({ namespace: 'bob', name: 'tiny' })
    expect(splitRepoName('tiny')).toBeNull()
    expect(splitRepoName('a/b/c')).toBeNull()
    expect(splitRepoName('/b')).toBeNull()
  })
  it('gives models no prefix', () => {
    expect(webPath('model', 'a/b')).toBe('/a/b')
    expect(webPath('dataset', 'a/b')).toBe('/datasets/a/b')
  })
})
