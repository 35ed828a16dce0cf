import { encodeTree, type TreeEntry } from '@stoa/git'
import { describe, expect, it } from 'vitest'
import { changedNames } from './changed-names.js'

const oid = (digit: number) => digit.toString(16).repeat(40).slice(0, 40)
const blob = (name: string, digit: number): TreeEntry => ({ mode: '100644', name, oid: oid(digit), kind: 'blob' })
const tree = (name: string, digit: number): TreeEntry => ({ mode: '40000', name, oid: oid(digit), kind: 'tree' })
const changed = (before: TreeEntry[], after: TreeEntry[]) =>
  changedNames(Buffer.from(encodeTree(after)), Buffer.from(encodeTree(before)))

describe('names that differ between two trees', () => {
  it('tells added, changed and retyped entries, and nothing of removed ones', () => {
    expect(changed([blob('a', 1), blob('b', 1), blob('z', 1)], [blob('a', 1), blob('b', 2), blob('c', 3)])).toEqual([
      'b',
      'c',
    ])
    expect(changed([], [blob('a', 1)])).toEqual(['a'])
    expect(changed([blob('a', 1)], [])).toEqual([])
    expect(changed([blob('a', 0), blob('b', 0)], [blob('a', 0), blob('b', 0)])).toEqual([])
    expect(changed([blob('a', 1)], [tree('a', 1)])).toEqual(['a'])
  })

  it('follows the order of git, where a folder ends in a slash', () => {
    const before = [blob('a-b', 1), blob('a.c', 1), tree('a', 1), blob('a0', 1)]
    expect(changed(before, [blob('a-b', 1), blob('a.c', 2), tree('a', 2), blob('a0', 1), blob('ab', 1)])).toEqual([
      'a.c',
      'a',
      'ab',
    ])
  })

  it('agrees with a comparison entry by entry on random trees', () => {
    let seed = 11
    const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below
    for (let round = 0; round < 300; round++) {
      const list = () => {
        const names = new Set(Array.from({ length: random(40) }, () => `f${random(60)}${'x'.repeat(random(3))}`))
        return [...names].sort().map((name) => blob(name, random(3)))
      }
      const [before, after] = [list(), list()]
      const expected = after.filter((one) => before.find(({ name }) => name === one.name)?.oid !== one.oid)
      expect(changed(before, after).sort()).toEqual(expected.map(({ name }) => name).sort())
    }
  })
})
