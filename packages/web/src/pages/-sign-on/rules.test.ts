import { describe, expect, it } from 'vitest'
import { findBadGroup, findBadRole, readGroups, readRoles, showGroups, showRoles } from './rules.js'

describe('rules of roles by groups', () => {
  it('are read as they are shown', () => {
    const roles = 'staff = read\ncn=leads,dc=example = write'
    expect(readRoles(roles)).toEqual([
      { value: 'staff', role: 'read' },
      { value: 'cn=leads,dc=example', role: 'write' },
    ])
    expect(showRoles(readRoles(roles))).toBe(roles)
    const groups = 'lab = team: one : admin'
    expect(readGroups(groups)).toEqual([{ value: 'lab', group: 'team: one', role: 'admin' }])
    expect(showGroups(readGroups(groups))).toBe(groups)
  })

  it('tell which line is none', () => {
    expect(findBadRole('staff = read\n\nleads')).toBe('leads')
    expect(findBadRole('staff = owner')).toBe('staff = owner')
    expect(findBadGroup('lab = team')).toBe('lab = team')
    expect(findBadGroup('lab = team : no_access')).toBe('lab = team : no_access')
    expect(findBadRole('')).toBeUndefined()
  })
})
