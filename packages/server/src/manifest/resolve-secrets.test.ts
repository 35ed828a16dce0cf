import { describe, expect, it } from 'vitest'
import type { KeyPath } from './manifest-problem.js'
import { resolveSecrets, secretsFromTable } from './resolve-secrets.js'

const fail = (path: KeyPath): Error => new Error(`missing at ${path.join('.')}`)

describe('secrets that stand elsewhere', () => {
  it('replace any reference, at any depth', () => {
    const resolve = secretsFromTable({ 'env:PW': 's3cret', 'file:./key': 'k' })
    const value = { users: [{ name: 'a', password: { env: 'PW' } }], providers: [{ key: { file: './key' } }] }
    expect(resolveSecrets(value, resolve, fail)).toEqual({
      users: [{ name: 'a', password: 's3cret' }],
      providers: [{ key: 'k' }],
    })
  })

  it('leave mappings alone that only look alike', () => {
    const value = { a: { env: 'X', other: 1 }, b: { env: 1 }, c: {}, d: null }
    expect(resolveSecrets(value, () => null, fail)).toEqual(value)
  })

  it('are errors when they are not there, told at their key', () => {
    expect(() => resolveSecrets({ users: [{ password: { env: 'PW' } }] }, secretsFromTable({}), fail)).toThrow(
      'missing at users.0.password',
    )
    expect(() => resolveSecrets({ a: { env: 'constructor' } }, secretsFromTable({}), fail)).toThrow('missing')
  })

  it('do not touch prototypes', () => {
    const value = JSON.parse('{"__proto__": {"admin": true}}') as unknown
    resolveSecrets(value, () => null, fail)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
})
