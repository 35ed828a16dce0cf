import { describe, expect, it } from 'vitest'
import type { ActorAuth, TokenScope } from '../../kit/http/actor.js'
import { scopeAllows } from './token-scope.js'

const token = (role: 'read' | 'write' | 'fineGrained', scopes: TokenScope[] = []): ActorAuth => ({
  type: 'token',
  tokenId: 't',
  role,
  scopes,
})
const model = { type: 'model', name: 'acme/bert' } as const

describe('what a credential lets through', () => {
  it('sessions and write tokens do what their owner may', () => {
    expect(scopeAllows({ type: 'session', sessionId: 's' }, 'repo.write', model)).toBe(true)
    expect(scopeAllows(token('write'), 'org.write', { type: 'org', name: 'acme' })).toBe(true)
  })

  it('read tokens read and call models, and change nothing', () => {
    expect(scopeAllows(token('read'), 'repo.content.read', model)).toBe(true)
    expect(scopeAllows(token('read'), 'inference.serverless.write', { type: 'user', name: 'bob' })).toBe(true)
    for (const permission of ['repo.write', 'org.write', 'discussion.write', 'anything.new']) {
      expect(scopeAllows(token('read'), permission, model)).toBe(false)
    }
  })

  it('fine-grained tokens do exactly what they name, nothing by default', () => {
    expect(scopeAllows(token('fineGrained'), 'repo.content.read', model)).toBe(false)
    const scoped = token('fineGrained', [{ entity: { type: 'model', name: 'Acme/BERT' }, permissions: ['repo.write'] }])
    expect(scopeAllows(scoped, 'repo.write', model)).toBe(true)
    expect(scopeAllows(scoped, 'repo.content.read', model)).toBe(true)
    expect(scopeAllows(scoped, 'repo.write', { type: 'dataset', name: 'acme/bert' })).toBe(false)
    expect(scopeAllows(scoped, 'repo.write', { type: 'model', name: 'acme/bert2' })).toBe(false)
    expect(scopeAllows(scoped, 'org.read', { type: 'org', name: 'acme' })).toBe(false)
  })

  it('a scope on an organisation covers its repositories and no other namespace', () => {
    const scoped = token('fineGrained', [{ entity: { type: 'org', name: 'acme' }, permissions: ['repo.write'] }])
    expect(scopeAllows(scoped, 'repo.write', model)).toBe(true)
    expect(scopeAllows(scoped, 'repo.write', { type: 'model', name: 'acme2/bert' })).toBe(false)
    expect(scopeAllows(scoped, 'repo.write', { type: 'model', name: 'evil/acme' })).toBe(false)
  })
})
