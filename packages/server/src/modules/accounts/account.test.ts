import { describe, expect, it } from 'vitest'
import { type Actor, ANONYMOUS } from '../../kit/http/actor.js'
import { avatarUrlOf, isAtLeast, roleIn } from './account.js'

const alice: Actor = {
  kind: 'user',
  userId: 'u1',
  name: 'alice',
  isAdmin: true,
  memberships: [{ accountId: 'o1', name: 'acme', role: 'contributor' }],
  auth: { type: 'session', sessionId: 's' },
}

describe('roles', () => {
  it('are admin of oneself, the membership in an organisation, none elsewhere', () => {
    expect(roleIn(alice, 'u1')).toBe('admin')
    expect(roleIn(alice, 'o1')).toBe('contributor')
    expect(roleIn(alice, 'o2')).toBeNull()
    expect(roleIn(ANONYMOUS, 'o1')).toBeNull()
  })

  it('are ordered', () => {
    expect(isAtLeast('write', 'contributor')).toBe(true)
    expect(isAtLeast('contributor', 'write')).toBe(false)
    expect(isAtLeast(null, 'read')).toBe(false)
  })
})

it('shows the generated picture unless one was chosen', () => {
  expect(avatarUrlOf({ id: 'a'.repeat(24), avatarUrl: null })).toBe(`/avatars/${'a'.repeat(24)}.svg`)
  expect(avatarUrlOf({ id: 'x', avatarUrl: '/avatars/y.svg' })).toBe('/avatars/y.svg')
})
