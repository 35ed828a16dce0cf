import { expect, it } from 'vitest'
import { readRules } from './directory-fields.js'

it('reads what follows from groups, a line each', () => {
  const text = 'cn=labs,dc=x -> acme: write\n\n research->acme/Lab one: read \nops -> operator'
  expect(readRules(text)).toEqual({
    rules: [
      { group: 'cn=labs,dc=x', org: 'acme', role: 'write' },
      { group: 'research', org: 'acme', resourceGroup: 'Lab one', role: 'read' },
      { group: 'ops', duty: 'operator' },
    ],
    badLine: null,
  })
})

it.each(['acme: write', 'x -> acme', 'x -> acme: king', '-> acme: read', 'x -> : read'])(
  'tells that "%s" is none',
  (text) => {
    expect(readRules(`\n${text}`).badLine).toBe(2)
  },
)
