import { describe, expect, it } from 'vitest'
import { compileIpRanges } from '../../../kit/http/ip-ranges.js'
import { type DecisionState, findTokenProblem, listBarred, OPEN_POLICY, type TokenTraits } from './token-policy.js'

const NOW = new Date('2026-11-20T12:00:00Z')
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 24 * 3_600_000)
const TOKEN: TokenTraits = { kind: 'write', approvalId: 't1', bornAt: daysAgo(10) }
const problem = (policy: object, token: object = {}, decided: DecisionState | null = null) =>
  findTokenProblem({ ...OPEN_POLICY, ...policy }, { ...TOKEN, ...token }, decided, NOW)

describe('[T5] what an organisation asks of a token', () => {
  it('is nothing without a policy, but for what was decided about the token itself', () => {
    expect(problem({})).toBeNull()
    expect(problem({}, {}, 'approved')).toBeNull()
    expect(problem({}, {}, 'denied')).toBe('token-revoked')
    expect(problem({}, {}, 'revoked')).toBe('token-revoked')
  })

  it('is the kind', () => {
    expect(problem({ kinds: ['fineGrained'] })).toBe('token-policy')
    expect(problem({ kinds: ['fineGrained'] }, {}, 'approved')).toBe('token-policy')
    expect(problem({ kinds: ['fineGrained'] }, { kind: 'fineGrained' })).toBeNull()
    expect(problem({ kinds: [] }, { kind: 'fineGrained' })).toBe('token-policy')
  })

  it('is approval, not of tokens an admin of the organisation made there', () => {
    expect(problem({ needsApproval: true })).toBe('token-policy')
    expect(problem({ needsApproval: true }, {}, 'approved')).toBeNull()
    expect(problem({ needsApproval: true, kinds: ['read'] }, { approvalId: null })).toBeNull()
  })

  it('is the age, of every token', () => {
    expect(problem({ maxAgeDays: 9 })).toBe('token-policy')
    expect(problem({ maxAgeDays: 9 }, {}, 'approved')).toBe('token-policy')
    expect(problem({ maxAgeDays: 9 }, { approvalId: null })).toBe('token-policy')
    expect(problem({ maxAgeDays: 10 })).toBeNull()
  })
})

describe('organisations a credential does not reach', () => {
  const org = { accountId: 'o1', name: 'acme', policy: OPEN_POLICY, decided: null, networks: null }
  const office = compileIpRanges(['203.0.113.0/24'])
  const why = (limits: object, address = '198.51.100.7') =>
    listBarred({ token: TOKEN, networks: null, orgs: [{ ...org, ...limits }] }, address, NOW).map((one) => one.why)

  it('are those whose networks it is not in, whatever it is', () => {
    expect(why({})).toEqual([])
    expect(why({ networks: office })).toEqual(['ip'])
    expect(why({ networks: office }, '203.0.113.9')).toEqual([])
    expect(why({ networks: office }, '')).toEqual(['ip'])
    const session = { token: null, networks: null, orgs: [{ ...org, networks: office, decided: 'revoked' as const }] }
    expect(listBarred(session, '203.0.113.9', NOW)).toEqual([])
    expect(listBarred(session, '198.51.100.7', NOW)).toEqual([{ accountId: 'o1', name: 'acme', why: 'ip' }])
  })

  it('say first what is wrong with the token', () => {
    expect(why({ networks: office, decided: 'denied' })).toEqual(['token-revoked'])
    expect(why({ networks: office, policy: { ...OPEN_POLICY, needsApproval: true } })).toEqual(['token-policy'])
  })
})
