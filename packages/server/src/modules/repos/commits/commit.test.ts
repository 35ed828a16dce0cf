import { hashObject, parseTree, type TreeEntry } from '@stoa/git'
import { describe, expect, it } from 'vitest'
import { linesOfLegacyCommit, readCommitLines } from './commit-lines.js'
import { EMPTY_TREE, editTree, type TreeEdit } from './tree-edit.js'

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string, size = 7): Promise<unknown[]> {
  const lines: unknown[] = []
  for await (const line of readCommitLines(pieces(text, size))) lines.push(line)
  return lines
}

const HEADER = '{"key":"header","value":{"summary":"s","extra":1}}'
const FILE = '{"key":"file","value":{"path":"ä.txt","content":"aGk=","encoding":"base64"}}'

describe('readCommitLines', () => {
  it.each([1, 7, 1000])('reads lines cut into pieces of %i bytes, the last without a newline', async (size) => {
    const lines = await read(`${HEADER}\n\n${FILE}`, size)
    expect(lines).toEqual([
      { key: 'header', value: { summary: 's' } },
      { key: 'file', value: { path: 'ä.txt', content: 'aGk=', encoding: 'base64' } },
    ])
  })

  it('refuses what it does not understand, naming the line', async () => {
    await expect(read(`${HEADER}\n{`)).rejects.toMatchObject({ code: 'InvalidCommit', message: /Line 2/ })
    await expect(read('{"key":"magic","value":{}}')).rejects.toMatchObject({ code: 'InvalidCommit' })
    await expect(read('[]')).rejects.toMatchObject({ code: 'InvalidCommit' })
  })

  it('never holds more than one line', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(1024 * 1024, 0x61)
    }
    const reading = async (): Promise<void> => {
      for await (const _line of readCommitLines(endless())) expect.unreachable()
    }
    await expect(reading()).rejects.toMatchObject({ code: 'FileTooLarge' })
  })

  it('reads the one-document form', () => {
    const lines = linesOfLegacyCommit({
      summary: 's',
      files: [{ path: 'a', content: 'x' }],
      deletedEntries: [{ path: 'b' }],
    })
    expect(lines.map((line) => line.key)).toEqual(['header', 'file', 'deletedEntry'])
    expect(() => linesOfLegacyCommit({})).toThrow(/summary/)
  })
})

describe('editTree', () => {
  const store = new Map<string, readonly TreeEntry[]>()
  let reads = 0
  const readTree = async (oid: string): Promise<readonly TreeEntry[] | null> => {
    reads++
    return store.get(oid) ?? null
  }
  const apply = async (root: string | null, ...edits: TreeEdit[]): Promise<string> => {
    const edited = await editTree(readTree, root, edits)
    for (const data of edited.newTrees) store.set(hashObject('tree', data), parseTree(data))
    return edited.rootOid
  }
  const list = (oid: string, prefix = ''): string[] =>
    (store.get(oid) ?? []).flatMap((entry) =>
      entry.kind === 'tree' ? list(entry.oid, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}:${entry.oid[0]}`],
    )
  const put = (path: string, digit = '1'): TreeEdit => ({ kind: 'put', path, oid: digit.repeat(40) })
  const drop = (path: string, what: 'entry' | 'folder' = 'entry'): TreeEdit => ({ kind: 'delete', path, what })

  it('adds, replaces and deletes, and forgets empty folders', async () => {
    const first = await apply(null, put('a.txt'), put('d/e/f'), put('d/g'))
    expect(list(first)).toEqual(['a.txt:1', 'd/e/f:1', 'd/g:1'])
    const second = await apply(first, put('a.txt', '2'), drop('d/e/f'))
    expect(list(second)).toEqual(['a.txt:2', 'd/g:1'])
    expect(await apply(second, drop('a.txt'), drop('d', 'folder'))).toBe(EMPTY_TREE)
    expect(await apply(first, put('a.txt'))).toBe(first)
  })

  it('lets additions win over deletions of the same path or a folder above', async () => {
    const first = await apply(null, put('d/keep'), put('d/go'))
    expect(list(await apply(first, put('d/keep', '3'), drop('d', 'folder')))).toEqual(['d/keep:3'])
    expect(list(await apply(first, drop('d/keep'), put('d/keep')))).toEqual(['d/go:1', 'd/keep:1'])
  })

  it('refuses to delete what is not there and to turn a file into a folder', async () => {
    const first = await apply(null, put('a'), put('d/e'))
    await expect(apply(first, drop('b'))).rejects.toMatchObject({ code: 'EntryNotFound' })
    await expect(apply(first, drop('x/y'))).rejects.toMatchObject({ code: 'EntryNotFound' })
    await expect(apply(first, drop('a', 'folder'))).rejects.toMatchObject({ code: 'EntryNotFound' })
    await expect(apply(first, put('a/b'))).rejects.toMatchObject({ code: 'InvalidPath' })
    await expect(apply(first, put('d'))).rejects.toMatchObject({ code: 'InvalidPath' })
    expect(list(await apply(first, drop('a'), put('a/b')))).toEqual(['a/b:1', 'd/e:1'])
  })

  it('reads only the folders it touches', async () => {
    const big = await apply(null, ...Array.from({ length: 50 }, (_, index) => put(`dir${index}/file`)))
    reads = 0
    await apply(big, put('dir7/other'))
    expect(reads).toBe(2)
  })
})
