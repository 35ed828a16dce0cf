import type { TreeEntry } from '@stoa/git'
import { describe, expect, it } from 'vitest'
import type { CommitNode } from '../../git/store.js'
import { findLastCommits } from './last-commits.js'
import { findPath, walkTree } from './walk-tree.js'

/** Trees by a readable oid: `a` is a file whose oid is its letter, names that end in `/` are trees. */
const TREES: Record<string, string[]> = {
  root: ['.gitattributes=1', 'a=sub', 'a.txt=2', 'b=3', 'z=deep'],
  sub: ['x=4', 'y=inner'],
  inner: ['q=5'],
  deep: ['w=6'],
}
const isTree = (oid: string): boolean => oid in TREES || oid.startsWith('t')
const readFrom = (trees: Record<string, string[]>) => async (oid: string) =>
  trees[oid]?.map((line): TreeEntry => {
    const [name = '', target = ''] = line.split('=')
    return { name, oid: target, mode: isTree(target) ? '40000' : '100644', kind: isTree(target) ? 'tree' : 'blob' }
  }) ?? null
const readTree = readFrom(TREES)

const list = async (recursive: boolean, after?: string): Promise<string[]> => {
  const paths: string[] = []
  for await (const run of walkTree(readTree, 'root', '', { recursive, after }))
    paths.push(...run.map(({ path }) => path))
  return paths
}

describe('walkTree', () => {
  const all = ['.gitattributes', 'a', 'a/x', 'a/y', 'a/y/q', 'a.txt', 'b', 'z', 'z/w']

  it('lists a folder, and everything below it with folders first', async () => {
    expect(await list(false)).toEqual(['.gitattributes', 'a', 'a.txt', 'b', 'z'])
    expect(await list(true)).toEqual(all)
  })

  it('resumes after any entry', async () => {
    for (const [index, path] of all.entries()) expect(await list(true, path)).toEqual(all.slice(index + 1))
    expect(await list(false, 'a.txt')).toEqual(['b', 'z'])
  })

  it('lists a long folder whole, from its start and from its middle', async () => {
    const names = Array.from({ length: 1203 }, (_, at) => `f${String(at).padStart(4, '0')}`)
    const long = readFrom({ root: ['0=tsub', ...names.map((name) => `${name}=1`)], tsub: ['in=1'] })
    const read = async (after?: string): Promise<string[]> => {
      const paths: string[] = []
      for await (const run of walkTree(long, 'root', '', { recursive: true, after })) {
        expect(run.length).toBeLessThanOrEqual(500)
        paths.push(...run.map(({ path }) => path))
      }
      return paths
    }
    const found = await read()
    expect(found).toEqual(['0', '0/in', ...names])
    expect(await read('f0700')).toEqual(names.slice(701))
  })

  it('finds paths', async () => {
    expect((await findPath(readTree, 'root', 'a/y/q'))?.oid).toBe('5')
    expect((await findPath(readTree, 'root', ''))?.kind).toBe('tree')
    expect(await findPath(readTree, 'root', 'b/x')).toBeNull()
    expect(await findPath(readTree, 'root', 'nothing')).toBeNull()
  })
})

describe('findLastCommits', () => {
  const trees: Record<string, string[]> = {
    t1: ['a=1', 'd=td1'],
    t2: ['a=2', 'd=td1'],
    t3: ['a=1', 'd=td2'],
    t4: ['a=2', 'd=td2', 'n=9'],
    td1: ['f=1', 'g=1'],
    td2: ['f=2', 'g=1'],
  }
  const node = (oid: string, tree: string, generation: number, ...parents: string[]): CommitNode => ({
    oid,
    tree,
    parents,
    generation,
    committedAt: new Date(generation * 1000),
  })
  const commits = [
    node('c1', 't1', 1),
    node('c2', 't2', 2, 'c1'),
    node('c3', 't3', 2, 'c1'),
    node('m', 't4', 3, 'c2', 'c3'),
  ]
  const find = async (oid: string): Promise<CommitNode | null> => commits.find((one) => one.oid === oid) ?? null

  it('follows merges to the side that brought the change', async () => {
    const start = commits[3] as CommitNode
    const found = await findLastCommits(find, readFrom(trees), start, ['a', 'd', 'd/f', 'd/g', 'n'])
    expect(Object.fromEntries([...found].map(([path, commit]) => [path, commit.oid]))).toEqual({
      a: 'c2',
      d: 'c3',
      'd/f': 'c3',
      'd/g': 'c1',
      n: 'm',
    })
  })
})
