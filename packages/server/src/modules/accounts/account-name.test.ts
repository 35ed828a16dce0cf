import { describe, expect, it } from 'vitest'
import { findNameProblem } from './account-name.js'

describe('account names', () => {
  it('takes the names people choose', () => {
    for (const name of ['alice', 'A1', 'acme-labs', 'x'.repeat(42), 'julien-c', 'HuggingFaceH4', 'stoa']) {
      expect(findNameProblem(name), name).toBeNull()
    }
  })

  it('refuses what would break addresses or look like an id', () => {
    const wrong = [
      '',
      'a',
      '-a',
      'a-',
      'a--b',
      'a.b',
      'a_b',
      'a b',
      'ä',
      '12345',
      'x'.repeat(43),
      '0123456789abcdef01234567',
      'a/b',
      '..',
    ]
    for (const name of wrong) expect(findNameProblem(name), name).toMatch(/\.$/)
  })

  it('refuses every page and protocol of the platform, in any case', () => {
    for (const name of ['api', 'API', 'datasets', 'v1', 'oauth', 'avatars', 'healthz', 'redeem', 'billing', 'new']) {
      expect(findNameProblem(name)).toContain('reserved')
      expect(findNameProblem(name, true)).toContain('reserved')
    }
  })

  it('lets the client suites name their accounts in lenient mode only', () => {
    for (const name of ['__DUMMY_HUB_USER__', 'hub.js', 'valid_org_hub']) {
      expect(findNameProblem(name)).not.toBeNull()
      expect(findNameProblem(name, true)).toBeNull()
    }
    for (const name of ['..', '.', 'a..b', 'a/b', 'a b', '', 'a\n'])
      expect(findNameProblem(name, true), name).not.toBeNull()
  })
})
