import { describe, expect, it } from 'vitest'
import { type Actor, ANONYMOUS, type HeldBack, type Membership, type UserActor } from '../../../kit/http/actor.js'
import { can } from './can.js'
import type { RepoResource } from './resource.js'

const ACME = { id: 'acme-id', type: 'org', name: 'acme' } as const
const REPO: RepoResource = {
  type: 'model',
  accountId: 'acme-id',
  namespace: 'acme',
  name: 'tiny',
  visibility: 'private',
  gated: 'false',
  createdBy: 'maker',
}
const GROUPED: RepoResource = { ...REPO, resourceGroupId: 'g1' }
const GATED: RepoResource = { ...REPO, visibility: 'public', gated: 'manual' }

const user = (over: Partial<UserActor> = {}): UserActor => ({
  kind: 'user',
  userId: 'bob',
  name: 'bob',
  isAdmin: false,
  memberships: [],
  auth: { type: 'session', sessionId: 's' },
  ...over,
})
const member = (role: Membership['role'], more: Partial<Membership> = {}, over: Partial<UserActor> = {}): UserActor =>
  user({ memberships: [{ accountId: 'acme-id', name: 'acme', role, ...more }], ...over })
const inGroup = (role: 'read' | 'write' | 'admin'): Partial<Membership> => ({ groups: [{ groupId: 'g1', role }] })
const token = (role: 'read' | 'write' | 'fineGrained'): Partial<UserActor> => ({
  auth: { type: 'token', tokenId: 't', role, scopes: [] },
})

const barredBy = (why: HeldBack): Partial<UserActor> => ({ barred: [{ accountId: 'acme-id', name: 'acme', why }] })

describe('an organisation that keeps a credential out', () => {
  const admin = (why: HeldBack) => user({ isAdmin: true, duties: ['owner'], ...barredBy(why) })

  it('is not reached by role or duty, and says which rule it was', () => {
    for (const [why, rule] of [
      ['ip', 'network.range'],
      ['token-policy', 'token.policy'],
      ['token-revoked', 'token.policy'],
      ['sso', 'security.sign_on'],
    ] as const) {
      for (const action of ['repo.see', 'repo.read', 'repo.write', 'repo.admin', 'repo.logs'] as const) {
        expect(can(admin(why), action, REPO)).toMatchObject({ allow: false, rule })
        expect(can(member('admin', {}, barredBy(why)), action, REPO)).toMatchObject({ allow: false, rule })
      }
      for (const action of ['money.see', 'org.read', 'org.manage', 'repo.create'] as const)
        expect(can(admin(why), action, ACME)).toMatchObject({ allow: false, rule })
    }
  })

  it('shows what is public, lets people leave, and leaves the rest of the platform alone', () => {
    expect(can(admin('ip'), 'repo.read', { ...REPO, visibility: 'public' }).allow).toBe(true)
    expect(can(admin('ip'), 'repo.write', { ...REPO, visibility: 'public' }).allow).toBe(false)
    expect(can(member('read', {}, barredBy('ip')), 'org.leave', ACME).allow).toBe(true)
    expect(can(admin('ip'), 'platform.accounts.suspend', null).allow).toBe(true)
    expect(can(admin('ip'), 'repo.read', { ...REPO, accountId: 'other' }).allow).toBe(true)
  })
})

describe('a gate that stands before members too', () => {
  const repo: RepoResource = { ...GATED, orgMembersGated: true }

  it('asks readers for a grant, whatever the visibility, and leaves writers, admins and makers alone', () => {
    for (const visibility of ['public', 'private', 'internal'] as const) {
      const gated = { ...repo, visibility }
      expect(can(member('read'), 'repo.see', gated).allow).toBe(true)
      expect(can(member('read'), 'repo.read', gated)).toMatchObject({ allow: false, rule: 'access.gate' })
      expect(can(member('read'), 'repo.read', gated, { hasGrant: true }).allow).toBe(true)
      for (const actor of [member('write'), member('admin'), user({ isAdmin: true })])
        expect(can(actor, 'repo.read', gated).allow).toBe(true)
      expect(can(member('contributor', {}, { userId: 'maker' }), 'repo.read', gated).allow).toBe(true)
      expect(can(member('contributor'), 'repo.read', gated).allow).toBe(false)
    }
    expect(can(user(), 'repo.read', { ...repo, visibility: 'private' }, { hasGrant: true }).allow).toBe(false)
    expect(can(member('read'), 'repo.read', { ...repo, gated: 'false' }).allow).toBe(true)
    expect(can(member('read'), 'repo.read', { ...repo, orgMembersGated: false }).allow).toBe(true)
  })
})

describe('the order of the decision', () => {
  const writer = member('write')
  it('asks state, policy, token, network, role, group, gate, entitlement, each before the next', () => {
    const broken = { isPolicyPending: true, isNotEntitled: true }
    const outside = barredBy('ip')
    const ruleOf = (actor: Actor, context = {}) => can(actor, 'repo.write', REPO, context).rule
    expect(ruleOf({ ...writer, ...outside, ...token('read'), state: 'suspended' }, broken)).toBe('account.state')
    expect(ruleOf({ ...writer, ...outside, ...token('read') }, broken)).toBe('policy.acceptance')
    expect(ruleOf({ ...writer, ...outside, ...token('read') }, { ...broken, isPolicyPending: false })).toBe(
      'token.scope',
    )
    expect(ruleOf(user(outside), { isNotEntitled: true })).toBe('network.range')
    expect(ruleOf(user(), { isNotEntitled: true })).toBe('access.visibility')
    expect(ruleOf(member('read'), { isNotEntitled: true })).toBe('access.role')
    expect(can(writer, 'repo.write', GROUPED, { isNotEntitled: true }).rule).toBe('access.group')
    expect(can(user(), 'repo.read', GATED).rule).toBe('access.gate')
    expect(ruleOf(writer, { isNotEntitled: true })).toBe('entitlement.plan')
    expect(can(writer, 'repo.write', REPO)).toEqual({ allow: true, rule: 'access.role', reason: 'Allowed.' })
  })

  it('a policy that waits stops writing, never reading', () => {
    expect(can(writer, 'repo.read', REPO, { isPolicyPending: true }).allow).toBe(true)
    expect(can(writer, 'money.see', ACME, { isPolicyPending: true }).allow).toBe(true)
    expect(can(writer, 'repo.create', ACME, { isPolicyPending: true }).allow).toBe(false)
  })

  it('suspended accounts do nothing at all', () => {
    const gone = member('admin', {}, { state: 'suspended', isAdmin: true, duties: ['operator'] })
    for (const action of ['repo.see', 'repo.read', 'repo.write', 'repo.admin'] as const)
      expect(can(gone, action, { ...REPO, visibility: 'public' }).allow).toBe(false)
    expect(can(gone, 'org.manage', ACME).allow).toBe(false)
    expect(can(gone, 'platform.accounts.read', null).allow).toBe(false)
  })
})

describe('roles, seats and groups', () => {
  it('a seat without access sees what its groups give and nothing else', () => {
    expect(can(member('no_access'), 'repo.see', REPO).allow).toBe(false)
    expect(can(member('no_access', inGroup('read')), 'repo.see', REPO).allow).toBe(false)
    expect(can(member('no_access', inGroup('read')), 'repo.read', GROUPED).allow).toBe(true)
    expect(can(member('no_access', inGroup('read')), 'repo.write', GROUPED).allow).toBe(false)
    expect(can(member('no_access'), 'repo.create', ACME).allow).toBe(false)
  })

  it('what is private in a group is for the group and admins of the organisation', () => {
    expect(can(member('write'), 'repo.see', GROUPED).allow).toBe(false)
    expect(can(member('write', inGroup('read')), 'repo.write', GROUPED).allow).toBe(false)
    expect(can(member('read', inGroup('write')), 'repo.write', GROUPED).allow).toBe(true)
    expect(can(member('read', inGroup('admin')), 'repo.admin', GROUPED).allow).toBe(true)
    expect(can(member('admin'), 'repo.admin', GROUPED).allow).toBe(true)
    expect(can(member('write', { groups: [{ groupId: 'g2', role: 'admin' }] }), 'repo.see', GROUPED).allow).toBe(false)
    expect(can(member('contributor', {}, { userId: 'maker' }), 'repo.read', GROUPED).allow).toBe(false)
  })

  it('what is internal is read by every member with a role, in whatever group, and by nobody else', () => {
    const internal = { ...GROUPED, visibility: 'internal' } as const
    for (const action of ['repo.see', 'repo.read'] as const) {
      expect(can(member('read'), action, internal).allow).toBe(true)
      for (const other of [user(), ANONYMOUS, member('no_access'), member('read', {}, token('fineGrained'))])
        expect(can(other, action, internal).allow).toBe(false)
    }
    expect(can(member('write'), 'repo.write', internal).allow).toBe(false)
    expect(can(user(), 'repo.see', internal).rule).toBe('access.visibility')
  })

  it('a group of another organisation counts for nothing', () => {
    const elsewhere = user({ memberships: [{ accountId: 'other', name: 'other', role: 'admin', ...inGroup('admin') }] })
    expect(can(elsewhere, 'repo.see', GROUPED).allow).toBe(false)
  })

  it('public things in a group are read by everybody and written by the group', () => {
    const open = { ...GROUPED, visibility: 'public' } as const
    expect(can(ANONYMOUS, 'repo.read', open).allow).toBe(true)
    expect(can(member('write'), 'repo.write', open).allow).toBe(false)
  })
})

describe('duties', () => {
  it('billing sees and manages money and no content', () => {
    const billing = member('no_access', { duties: ['billing'] })
    expect(can(billing, 'money.see', ACME).allow).toBe(true)
    expect(can(billing, 'money.manage', ACME).allow).toBe(true)
    expect(can(billing, 'money.spend', ACME).allow).toBe(false)
    expect(can(billing, 'repo.see', REPO).allow).toBe(false)
    expect(can(billing, 'org.manage', ACME).allow).toBe(false)
  })

  it('an auditor reads the audit log and changes nothing', () => {
    const auditor = member('no_access', { duties: ['auditor'] })
    expect(can(auditor, 'org.audit.read', ACME).allow).toBe(true)
    for (const action of ['org.manage', 'money.manage', 'repo.create'] as const)
      expect(can(auditor, action, ACME).allow).toBe(false)
    expect(can(user({ duties: ['auditor'] }), 'platform.accounts.suspend', null).allow).toBe(false)
  })

  it('an operator reads no content before breaking the glass, and then only reads', () => {
    const operator = user({ duties: ['operator'] })
    expect(can(operator, 'repo.see', REPO).allow).toBe(false)
    const opened = { ...operator, brokenGlass: ['acme-id'] }
    expect(can(opened, 'repo.read', REPO)).toMatchObject({ allow: true, rule: 'access.break_glass' })
    expect(can(opened, 'repo.read', GROUPED).allow).toBe(true)
    expect(can(opened, 'repo.write', REPO).allow).toBe(false)
    expect(can(opened, 'repo.read', { ...REPO, accountId: 'other' }).allow).toBe(false)
  })

  it('fine-grained tokens never run the platform, read tokens only look', () => {
    const trust = user({ duties: ['trust_lead'] })
    expect(can(trust, 'platform.accounts.suspend', null).allow).toBe(true)
    expect(can({ ...trust, ...token('read') }, 'platform.accounts.suspend', null).allow).toBe(false)
    expect(can({ ...trust, ...token('read') }, 'platform.accounts.read', null).allow).toBe(true)
    expect(can({ ...trust, ...token('fineGrained') }, 'platform.accounts.read', null).rule).toBe('token.scope')
  })
})

describe('borrowed eyes', () => {
  it('see what the person sees and change nothing', () => {
    const seen = member('admin', {}, { impersonator: { userId: 'root', name: 'root' } })
    expect(can(seen, 'repo.read', REPO).allow).toBe(true)
    for (const action of ['repo.write', 'repo.admin'] as const) expect(can(seen, action, REPO).allow).toBe(false)
    for (const action of ['org.manage', 'money.spend', 'inference.call', 'repo.create'] as const)
      expect(can(seen, action, ACME).allow).toBe(false)
  })
})
