import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkPack, DEFAULT_PACK_LIMITS, encodeCommit, encodeTree, hashObject } from '@stoa/git'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PreparedObjects } from './object-writer.js'
import { runToEnd } from './run-steps.js'
import { openTestStorage, runGit, type TestStorage } from './storage.suite.js'

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
const who = { name: 'Ada', email: 'ada@example.org', seconds: 1_700_000_000, zone: '+0000' }
let storage: TestStorage
beforeAll(async () => {
  storage = await openTestStorage()
})
afterAll(() => storage.close())

/** A commit of one file on top of others; answers its oid. */
async function addCommit(
  repo: string,
  text: string,
  parents: readonly string[] = [],
  seconds = who.seconds,
): Promise<string> {
  const blob = { type: 'blob' as const, data: Buffer.from(text) }
  const tree = {
    type: 'tree' as const,
    data: encodeTree([{ mode: '100644', name: 'a.txt', oid: hashObject('blob', blob.data) }]),
  }
  const by = { ...who, seconds }
  const data = encodeCommit({ tree: hashObject('tree', tree.data), parents, author: by, committer: by, message: text })
  return (await storage.store.writeObjects(repo, [blob, tree, { type: 'commit', data }]))[2] as string
}

async function walked(repo: string, starts: readonly string[], options = {}): Promise<string[]> {
  const oids: string[] = []
  for await (const node of storage.store.walk(repo, starts, options)) oids.push(node.oid)
  return oids
}

describe('objects', () => {
  it('gives back what was written, in every form', async () => {
    const repo = await storage.addRepo()
    const commit = await addCommit(repo, 'hello')
    const node = await storage.store.findCommit(repo, commit)
    expect(node).toMatchObject({ oid: commit, parents: [], generation: 1, committedAt: new Date(1_700_000_000_000) })
    const entry = await storage.store.findEntry(repo, node?.tree ?? '', 'a.txt')
    expect(entry).toMatchObject({ mode: '100644', kind: 'blob' })
    const blob = await storage.store.readObject(repo, entry?.oid ?? '')
    expect(blob?.data.toString()).toBe('hello')
    expect(await storage.store.findEntry(repo, node?.tree ?? '', 'a.txt/b')).toBeNull()
    expect(await storage.store.readTree(repo, commit)).toBeNull()
    expect((await storage.store.readInfo(repo, [commit, '0'.repeat(40)])).size).toBe(1)
    expect(await storage.store.findCommitsByPrefix(repo, commit.slice(0, 7))).toEqual([commit])
    expect(await storage.store.storedBytes(storage.kit.db, repo)).toBeGreaterThan(100n)
  })

  it('keeps repositories apart', async () => {
    const [mine, other] = [await storage.addRepo(), await storage.addRepo()]
    const commit = await addCommit(mine, 'secret')
    await storage.store.readObject(mine, commit)
    expect(await storage.store.readObject(other, commit)).toBeNull()
    expect(await storage.store.findCommit(other, commit)).toBeNull()
    expect(await storage.store.hasObjects(other, [commit])).toEqual(new Set())
    await expect(
      storage.kit.write((tx) =>
        storage.store.updateRefs(tx, other, [{ name: 'refs/heads/x', old: null, new: commit }]),
      ),
    ).rejects.toMatchObject({ code: 'GitObjectRefused' })
  })

  it('refuses links to nothing, wrong types, bad names and large files', async () => {
    const repo = await storage.addRepo()
    const write = (type: 'tree' | 'blob' | 'commit', data: Buffer) => storage.store.writeObjects(repo, [{ type, data }])
    const [blob = ''] = await write('blob', Buffer.from('x'))
    const tree = (name: string, oid: string, mode = '100644') => write('tree', encodeTree([{ mode, name, oid }]))
    await expect(tree('a', 'a'.repeat(40))).rejects.toMatchObject({ code: 'GitObjectRefused' })
    await expect(tree('a', blob, '40000')).rejects.toMatchObject({ code: 'GitObjectRefused' })
    await expect(tree('.git', blob)).rejects.toMatchObject({ code: 'GitObjectRefused', detail: { rule: 'hasDotgit' } })
    const [trap = '', long = ''] = [
      ...(await write('blob', Buffer.from('[submodule "a"]\n\turl = -u./payload\n'))),
      ...(await write('blob', Buffer.alloc(1024 * 1024 + 1, '#'))),
    ]
    for (const name of ['.gitmodules', 'GITMOD~1'])
      await expect(tree(name, trap), name).rejects.toMatchObject({ detail: { rule: 'gitmodulesUrl' } })
    await expect(tree('.gitmodules', long)).rejects.toMatchObject({ detail: { rule: 'gitmodulesLarge' } })
    expect(await tree('notes.txt', trap)).toHaveLength(1)
    expect(await tree('.gitmodules', blob)).toHaveLength(1)
    await expect(write('blob', Buffer.alloc(10 * 1024 * 1024 + 1))).rejects.toMatchObject({ code: 'FileTooLarge' })
    expect(await tree('a', blob)).toHaveLength(1)
    expect(await write('tree', Buffer.alloc(0))).toEqual([EMPTY_TREE])
  })

  it('puts many objects into one pack that another process sees', async () => {
    const repo = await storage.addRepo()
    const second = storage.another()
    expect(await second.store.hasObjects(repo, [EMPTY_TREE])).toEqual(new Set())
    const blobs = Array.from({ length: 1000 }, (_, at) => ({ type: 'blob' as const, data: Buffer.from(`file ${at}`) }))
    const oids = await storage.store.writeObjects(repo, blobs)
    const rows = await storage.kit.db.selectFrom('git.objects').select('oid').where('repoId', '=', repo).execute()
    expect(rows).toHaveLength(0)
    for (const one of [storage, second, storage.another()]) {
      const found = await one.store.readObjects(repo, oids)
      expect(oids.map((oid) => found.get(oid)?.data.toString())).toEqual(blobs.map((blob) => blob.data.toString()))
    }
    expect(await storage.store.writeObjects(repo, blobs.slice(0, 2))).toEqual(oids.slice(0, 2))
  })
})

describe('packs of real git', () => {
  it('reads every object through deltas', async () => {
    const repo = await storage.addRepo()
    const dir = join(storage.dir, 'work')
    mkdirSync(dir)
    runGit(dir, ['init', '-q', '-b', 'main'])
    const lines = Array.from({ length: 2000 }, (_, at) => `line ${at} ${(at * 7919) % 997}`)
    for (let version = 0; version < 30; version++) {
      lines[version * 50] = `version ${version}`
      writeFileSync(join(dir, 'big.txt'), lines.join('\n'))
      runGit(dir, ['add', '.'])
      runGit(dir, ['commit', '-q', '-m', `v${version}`])
    }
    const all = runGit(dir, ['rev-list', '--objects', '--no-object-names', '--all'])
    const bytes = runGit(dir, ['pack-objects', '--stdout', '-q', '--delta-base-offset'], all)
    const source = { sizeBytes: bytes.length, read: (at: number, length: number) => bytes.subarray(at, at + length) }
    const checked = await runToEnd(checkPack(source, DEFAULT_PACK_LIMITS))
    expect(checked.links.size).toBe(0)
    const upload = storage.writer.upload({ bytes, path: null, sizeBytes: bytes.length })
    const pack = await upload.finish(repo, checked.count, checked.index)
    const prepared: PreparedObjects = { rows: [], pack, commits: await storage.writer.graphRows(repo, checked.commits) }
    await storage.kit.write((tx) => storage.writer.insert(tx, repo, prepared))
    const oids = all.toString().trim().split('\n')
    expect((await storage.another().store.readObjects(repo, oids)).size).toBe(oids.length)
    const head = runGit(dir, ['rev-parse', 'HEAD']).toString().trim()
    expect(await walked(repo, [head])).toEqual(runGit(dir, ['rev-list', 'HEAD']).toString().trim().split('\n'))
    expect((await storage.store.findCommit(repo, head))?.generation).toBe(30)
  })
})

describe('refs', () => {
  const set = (repo: string, ...changes: { name: string; old: string | null; new: string | null }[]) =>
    storage.kit.write((tx) => storage.store.updateRefs(tx, repo, changes))

  it('swaps all or none', async () => {
    const repo = await storage.addRepo()
    const first = await addCommit(repo, 'one')
    const second = await addCommit(repo, 'two', [first])
    await set(repo, { name: 'refs/heads/main', old: null, new: first })
    await expect(
      set(repo, { name: 'refs/heads/b', old: null, new: first }, { name: 'refs/heads/main', old: second, new: first }),
    ).rejects.toMatchObject({ code: 'RefConflict' })
    const names = async () => (await storage.store.listRefs(storage.kit.db, repo)).map((ref) => ref.name)
    expect(await names()).toEqual(['refs/heads/main'])
    await expect(set(repo, { name: 'refs/heads/main', old: null, new: second })).rejects.toMatchObject({
      code: 'RefConflict',
    })
    await expect(set(repo, { name: 'refs/heads/main/x', old: null, new: first })).rejects.toMatchObject({
      code: 'InvalidRefName',
    })
    await expect(set(repo, { name: 'refs/heads/a..b', old: null, new: first })).rejects.toMatchObject({
      code: 'InvalidRefName',
    })
    await set(
      repo,
      { name: 'refs/heads/main', old: first, new: null },
      { name: 'refs/heads/main/x', old: null, new: first },
    )
    expect(await names()).toEqual(['refs/heads/main/x'])
    await expect(set('0'.repeat(24), { name: 'refs/heads/main', old: null, new: first })).rejects.toMatchObject({
      code: 'RepoNotFound',
    })
  })

  it('lets exactly one of many racing writers win', async () => {
    const repo = await storage.addRepo()
    const base = await addCommit(repo, 'base')
    await set(repo, { name: 'refs/heads/main', old: null, new: base })
    const mine = await Promise.all(Array.from({ length: 8 }, (_, at) => addCommit(repo, `writer ${at}`, [base])))
    const results = await Promise.allSettled(
      mine.map((oid) => set(repo, { name: 'refs/heads/main', old: base, new: oid })),
    )
    const winners = mine.filter((_, at) => results[at]?.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    expect((await storage.store.findRef(storage.kit.db, repo, 'refs/heads/main'))?.oid).toBe(winners[0])
  })
})

describe('history', () => {
  it('walks merges newest first, pages, and stops at what is excluded', async () => {
    const repo = await storage.addRepo()
    const root = await addCommit(repo, 'root')
    const left = await addCommit(repo, 'left', [root], who.seconds + 10)
    const right = await addCommit(repo, 'right', [root], who.seconds + 20)
    const merge = await addCommit(repo, 'merge', [left, right], who.seconds + 30)
    expect(await walked(repo, [merge])).toEqual([merge, right, left, root])
    expect(await walked(repo, [merge], { limit: 2, skip: 1 })).toEqual([right, left])
    expect(await walked(repo, [merge], { exclude: [left] })).toEqual([merge, right])
    expect(await walked(repo, [left], { exclude: [merge] })).toEqual([])
    expect(await storage.store.isAncestor(repo, root, merge)).toBe(true)
    expect(await storage.store.isAncestor(repo, merge, root)).toBe(false)
    expect(await storage.store.isAncestor(repo, left, right)).toBe(false)
  })
})
