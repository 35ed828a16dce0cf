import { signOnMapping } from '@stoa/contracts'
import { describe, expect, it } from 'vitest'
import { nameCandidates } from '../../accounts/index.js'
import type { Assertion } from './connection.js'
import { asksSecondFactor, describePerson, mapRights } from './mapping.js'

const assertion = (attributes: Record<string, readonly string[]>, subject = 'x'): Assertion => ({
  subject,
  answerId: 'a',
  answerEndsAt: new Date(0),
  attributes: new Map(Object.entries(attributes)),
  isEmailVouched: true,
  amr: [],
})
const PLAIN = signOnMapping.parse({})

describe('what a provider says', () => {
  it('is read from the usual places, or the named ones', () => {
    const entra = assertion({
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress': ['ada@acme.example'],
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname': ['Ada'],
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname': ['Lovelace'],
      'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups': ['g1', 'g2', 'g1'],
    })
    expect(describePerson(entra, PLAIN)).toEqual({
      email: 'ada@acme.example',
      name: null,
      fullname: 'Ada Lovelace',
      groups: ['g1', 'g2'],
    })
    const named = signOnMapping.parse({ attributes: { groups: 'realm_access.roles', email: 'upn' } })
    const said = describePerson(assertion({ 'realm_access.roles': ['dev'], upn: ['no address'], groups: ['g'] }), named)
    expect(said).toMatchObject({ email: null, groups: ['dev'] })
    expect(describePerson(assertion({}, 'ada@acme.example'), PLAIN).email).toBe('ada@acme.example')
  })

  it('gives the strongest role that is met, and none where nobody else comes in', () => {
    const mapping = signOnMapping.parse({
      defaultRole: null,
      roles: [
        { value: 'staff', role: 'read' },
        { value: 'leads', role: 'admin' },
        { value: 'dev', role: 'write' },
      ],
      groups: [
        { value: 'dev', group: 'lab', role: 'read' },
        { value: 'leads', group: 'lab', role: 'write' },
        { value: 'ops', group: 'infra', role: 'write' },
      ],
    })
    const rights = mapRights(['staff', '/leads', 'dev'], mapping)
    expect([rights.role, rights.groups.get('lab'), rights.groups.get('infra')]).toEqual(['admin', 'write', null])
    expect(mapRights(['Staff'], mapping).role).toBeNull()
    expect(mapRights([], PLAIN).role).toBe('read')
  })

  it('decides whether our second factor is asked for', () => {
    expect(asksSecondFactor('ours', ['mfa'])).toBe(true)
    expect(asksSecondFactor('theirs', [])).toBe(false)
    expect([asksSecondFactor('by_amr', ['pwd']), asksSecondFactor('by_amr', ['pwd', 'mfa'])]).toEqual([true, false])
  })

  it.each([
    [{ name: 'Ada.Lovelace', email: null }, 'ada-lovelace'],
    [{ name: 'ada@acme.example', email: null }, 'ada'],
    [{ name: null, email: 'jörg.müller@acme.example' }, 'jorg-muller'],
    [{ name: '12345', email: 'ada@acme.example' }, 'ada'],
    [{ name: '42', email: null }, 'user-42-2'],
    [{ name: '艾达', email: null }, 'member'],
    [{ name: 'x'.repeat(80), email: null }, 'x'.repeat(42)],
  ])('names %j', (described, name) => {
    expect(nameCandidates([described.name, described.email])[0]).toBe(name)
  })
})
