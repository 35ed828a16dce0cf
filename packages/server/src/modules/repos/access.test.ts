import { describe, expect, it } from 'vitest'
import { type Actor, ANONYMOUS, type UserActor } from '../../kit/http/actor.js'
import { type AccessFacts, mayCreateIn, rightOn } from './access.js'

const REPO: AccessFacts = {
  type: 'model',
  accountId: 'acme-id',
  namespace: 'Acme',
  name: 'Tiny',
  visibility: 'private',
  gated: 'false',
  createdBy: 'maker',
}
const PUBLIC: AccessFacts = { ...REPO, visibility: 'public' }
const GATED: AccessFacts = { ...PUBLIC, gated: 'auto' }

const user = (over: Partial<UserActor> = {}): UserActor => ({
  kind: 'user',
  userId: 'bob',
  name: 'bob',
  isAdmin: false,
  memberships: [],
  auth: { type: 'session', sessionId: 's' },
  ...over,
})
const member = (role: 'read' | 'contributor' | 'write' | 'admin', over: Partial<UserActor> = {}): Actor =>
  user({ memberships: [{ accountId: 'acme-id', name: 'acme', role }], ...over })
const token = (role: 'read' | 'write'): UserActor['auth'] => ({ type: 'token', tokenId: 't', role, scopes: [] })
const scoped = (type: 'org' | 'model' | 'dataset', name: string, ...permissions: string[]): UserActor['auth'] => ({
  type: 'token',
  tokenId: 't',
  role: 'fineGrained',
  scopes: [{ entity: { type, name }, permissions }],
})

describe('rightOn', () => {
  it('[R1] shows a private repository to nobody outside', () => {
    expect(rightOn(REPO, ANONYMOUS)).toBe('none')
    expect(rightOn(REPO, user())).toBe('none')
    expect(rightOn(REPO, user({ memberships: [{ accountId: 'other', name: 'other', role: 'admin' }] }))).toBe('none')
  })

  it('follows the role in the organisation', () => {
    expect(rightOn(REPO, member('read'))).toBe('read')
    expect(rightOn(REPO, member('contributor'))).toBe('read')
    expect(rightOn(REPO, member('contributor', { userId: 'maker' }))).toBe('admin')
    expect(rightOn(REPO, member('write'))).toBe('write')
    expect(rightOn(REPO, member('admin'))).toBe('admin')
    expect(rightOn(REPO, user({ userId: 'acme-id' }))).toBe('admin')
    expect(rightOn(REPO, user({ isAdmin: true }))).toBe('admin')
  })

  it('never gives a token more than its role', () => {
    expect(rightOn(REPO, member('admin', { auth: token('read') }))).toBe('read')
    expect(rightOn(REPO, member('read', { auth: token('write') }))).toBe('read')
    expect(rightOn(PUBLIC, user({ auth: token('write') }))).toBe('read')
  })

  it('holds fine-grained tokens to their entities', () => {
    const admin = (auth: UserActor['auth']): Actor => member('admin', { auth })
    expect(rightOn(REPO, admin(scoped('model', 'acme/tiny', 'repo.write')))).toBe('admin')
    expect(rightOn(REPO, admin(scoped('org', 'ACME', 'repo.content.read')))).toBe('read')
    expect(rightOn(REPO, admin(scoped('dataset', 'acme/tiny', 'repo.write')))).toBe('none')
    expect(rightOn(REPO, admin(scoped('model', 'acme/other', 'repo.write')))).toBe('none')
    expect(rightOn(PUBLIC, admin(scoped('model', 'acme/other', 'repo.write')))).toBe('read')
    expect(rightOn(REPO, user({ auth: scoped('model', 'acme/tiny', 'repo.write') }))).toBe('none')
  })

  it('shows a gated repository and keeps its files', () => {
    expect(rightOn(GATED, ANONYMOUS)).toBe('see')
    expect(rightOn(GATED, user())).toBe('see')
    expect(rightOn(GATED, user(), true)).toBe('read')
    expect(rightOn(GATED, member('read'))).toBe('read')
  })
})

describe('mayCreateIn', () => {
  const acme = { id: 'acme-id', type: 'org', name: 'acme' } as const
  it('asks for a role above read and a credential that writes there', () => {
    expect(mayCreateIn(acme, ANONYMOUS)).toBe(false)
    expect(mayCreateIn(acme, user())).toBe(false)
    expect(mayCreateIn(acme, member('read'))).toBe(false)
    expect(mayCreateIn(acme, member('contributor'))).toBe(true)
    expect(mayCreateIn(acme, member('admin', { auth: token('read') }))).toBe(false)
    expect(mayCreateIn(acme, member('admin', { auth: scoped('org', 'Acme', 'repo.write') }))).toBe(true)
    expect(mayCreateIn(acme, member('admin', { auth: scoped('model', 'acme/x', 'repo.write') }))).toBe(false)
    expect(mayCreateIn({ id: 'bob', type: 'user', name: 'bob' }, user())).toBe(true)
  })
})
