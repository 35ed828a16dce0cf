import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeCommit, parseCommit, parseTag } from './commit.js'
import { GitFormatError } from './format-error.js'
import { checkCommit, checkTag } from './fsck-text.js'
import { checkTree } from './fsck-tree.js'
import { createRealRepo } from './git-binary.testkit.js'
import { checkGitmodules } from './gitmodules.js'
import { encodeLfsPointer, parseLfsPointer } from './lfs-pointer.js'
import { hashObject } from './object.js'
import { isValidRefName, isValidShortName } from './ref-name.js'
import { encodeTree, parseTree } from './tree.js'

const real = createRealRepo()
afterAll(() => rmSync(real.dir, { recursive: true, force: true }))

function ruleOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof GitFormatError) return error.rule
    throw error
  }
  return 'ok'
}

const OID = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
const entry = (mode: string, name: string | Buffer, oid = OID): Buffer =>
  Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.of(0), Buffer.from(oid, 'hex')])
const tree = (...entries: Buffer[]): string => ruleOf(() => checkTree(Buffer.concat(entries)))

describe('trees', () => {
  it('writes the tree that git writes', () => {
    real.git(['hash-object', '-w', '-t', 'tree', '--stdin'])
    const blob = real.git(['hash-object', '-w', '--stdin'], 'x').toString().trim()
    const empty = hashObject('tree', Buffer.alloc(0))
    const entries = [
      { mode: '100644', name: 'a.txt', oid: blob },
      { mode: '40000', name: 'a', oid: empty },
      { mode: '100755', name: 'a-b', oid: blob },
      { mode: '100644', name: 'ä', oid: blob },
    ]
    const listing = entries.map(
      ({ mode, name, oid }) => `${mode.padStart(6, '0')} ${mode === '40000' ? 'tree' : 'blob'} ${oid}\t${name}\n`,
    )
    const oid = real.git(['mktree'], listing.join('')).toString().trim()
    expect(hashObject('tree', encodeTree(entries))).toBe(oid)
    expect(parseTree(encodeTree(entries)).map(({ name }) => name)).toEqual(['a-b', 'a.txt', 'a', 'ä'])
    expect(tree(encodeTree(entries))).toBe('ok')
  })

  it('refuses what git fsck refuses', () => {
    expect(tree(entry('100644', 'b'), entry('100644', 'a'))).toBe('treeNotSorted')
    expect(tree(entry('40000', 'a'), entry('100644', 'a.c'))).toBe('treeNotSorted')
    expect(tree(entry('100644', 'a'), entry('100644', 'a'))).toBe('duplicateEntries')
    expect(tree(entry('100644', 'a'), entry('100644', 'a.c'), entry('40000', 'a'))).toBe('duplicateEntries')
    expect(tree(entry('040000', 'a'))).toBe('zeroPaddedFilemode')
    expect(tree(entry('100600', 'a'))).toBe('badFilemode')
    expect(tree(entry('100644', 'a', '0'.repeat(40)))).toBe('nullSha1')
    expect(tree(entry('100644', 'a').subarray(0, 20))).toBe('badTree')
    expect(tree(Buffer.from('junk'))).toBe('badTree')
    expect(tree(entry('120000', '.gitmodules'))).toBe('gitmodulesSymlink')
    expect(tree(entry('120000', 'GITMOD~1'))).toBe('gitmodulesSymlink')
  })

  it.each([
    ['', 'emptyName'],
    ['.', 'hasDot'],
    ['..', 'hasDotdot'],
    ['a/b', 'fullPathname'],
    ['a\\b', 'backslash'],
    ['..\\x', 'backslash'],
    ['.git', 'hasDotgit'],
    ['.GIT', 'hasDotgit'],
    ['.git ', 'hasDotgit'],
    ['.git. .', 'hasDotgit'],
    ['.git::$INDEX_ALLOCATION', 'hasDotgit'],
    ['git~1', 'hasDotgit'],
    ['GIT~1.', 'hasDotgit'],
    ['.g\u200cit', 'hasDotgit'],
    ['.Gi\u206dT', 'hasDotgit'],
    ['\ufeff.git', 'hasDotgit'],
    ['a\nb', 'controlCharacter'],
    ['a\u007f', 'controlCharacter'],
    ['NUL', 'deviceName'],
    ['com1.txt', 'deviceName'],
    ['x'.repeat(256), 'largePathname'],
    ['.gitignore', 'ok'],
    ['.gitattributes', 'ok'],
    ['git', 'ok'],
    ['.github', 'ok'],
    ['console.ts', 'ok'],
    ['a:b', 'ok'],
    ['файл ?%#[].txt', 'ok'],
  ])('judges the name %j as %s', (name, rule) => {
    expect(tree(entry('100644', name))).toBe(rule)
  })

  it('refuses names that are not UTF-8 or collide on other systems', () => {
    expect(tree(entry('100644', Buffer.from([0x61, 0xff])))).toBe('badNameEncoding')
    expect(tree(entry('100644', 'README'), entry('100644', 'readme'))).toBe('caseCollision')
    expect(tree(entry('100644', 'e\u0301'), entry('100644', '\u00e9'))).toBe('caseCollision')
  })
})

const IDENT = 'Ada <ada@example.org> 1700000000 +0100'
const commit = (author = IDENT, committer = IDENT, head = `tree ${OID}\n`): Buffer =>
  Buffer.from(`${head}author ${author}\ncommitter ${committer}\n\nmessage\n`)
const withAuthor = (author: string): string => ruleOf(() => checkCommit(commit(author)))

function fsckOutput(): string {
  try {
    return real.git(['fsck', '--strict']).toString()
  } catch (error) {
    return String((error as { stderr: Buffer }).stderr)
  }
}

describe('commits and tags', () => {
  it('writes the commit that git writes', () => {
    const empty = real.git(['hash-object', '-w', '-t', 'tree', '--stdin']).toString().trim()
    const oid = real.git(['commit-tree', empty, '-m', 'Hello ü']).toString().trim()
    const content = real.git(['cat-file', 'commit', oid])
    const parsed = parseCommit(content)
    expect(parsed.author).toEqual({ name: 'Ada', email: 'ada@example.org', seconds: 1700000000, zone: '+0100' })
    expect(hashObject('commit', encodeCommit(parsed))).toBe(oid)
    expect(checkCommit(content)).toEqual({ tree: empty, parents: [], committedSeconds: 1700000000 })
    real.git(['tag', '-a', 'v2', '-m', 'two', oid])
    const tag = real.git(['cat-file', 'tag', 'v2'])
    expect(checkTag(tag)).toEqual({ object: oid, type: 'commit' })
    expect(parseTag(tag)).toMatchObject({ object: oid, tag: 'v2', message: 'two\n' })
  })

  it('never lets a name break the header', () => {
    const who = { name: 'Eve <x>\ntree 0', email: 'a\0@b>', seconds: 5, zone: '+0000' }
    const data = encodeCommit({ tree: OID, parents: [], author: who, committer: who, message: 'm\0' })
    expect(ruleOf(() => checkCommit(data))).toBe('ok')
    expect(parseCommit(data).author).toEqual({ name: 'Eve xtree 0', email: 'a@b', seconds: 5, zone: '+0000' })
  })

  it.each([
    ['<ada@example.org> 1 +0000', 'missingNameBeforeEmail'],
    ['Ada> <a@b> 1 +0000', 'badName'],
    ['Ada', 'missingEmail'],
    ['Ada<a@b> 1 +0000', 'missingSpaceBeforeEmail'],
    ['Ada <a<b> 1 +0000', 'badEmail'],
    ['Ada <a@b>1 +0000', 'missingSpaceBeforeDate'],
    ['Ada <a@b> x +0000', 'badDate'],
    ['Ada <a@b> 01 +0000', 'zeroPaddedDate'],
    ['Ada <a@b> 18446744073709551615 +0000', 'badDateOverflow'],
    ['Ada <a@b> 1 0000', 'badTimezone'],
  ])('refuses the author %j as %s, as git does', (author, rule) => {
    expect(withAuthor(author)).toBe(rule)
    const oid = real
      .git(['hash-object', '--literally', '-w', '-t', 'commit', '--stdin'], commit(author))
      .toString()
      .trim()
    expect(fsckOutput()).toContain(`${oid}: ${rule}`)
  })

  it('refuses malformed headers', () => {
    expect(ruleOf(() => checkCommit(commit(IDENT, IDENT, '')))).toBe('missingTree')
    expect(ruleOf(() => checkCommit(commit(IDENT, IDENT, 'tree x\n')))).toBe('badTreeSha1')
    expect(ruleOf(() => checkCommit(commit(IDENT, IDENT, `tree ${OID}\nparent 12\n`)))).toBe('badParentSha1')
    expect(ruleOf(() => checkCommit(Buffer.from(`tree ${OID}\n\n`)))).toBe('missingAuthor')
    expect(ruleOf(() => checkCommit(Buffer.from(`tree ${OID}`)))).toBe('unterminatedHeader')
    expect(ruleOf(() => checkCommit(Buffer.concat([commit(), Buffer.of(0)])))).toBe('nulInCommit')
    expect(ruleOf(() => checkCommit(commit(`${IDENT}\nauthor ${IDENT}`)))).toBe('multipleAuthors')
    expect(ruleOf(() => checkTag(Buffer.from(`object ${OID}\ntype disk\n\n`)))).toBe('badType')
    expect(ruleOf(() => checkTag(Buffer.from(`object ${OID}\ntype commit\ntag a..b\n\n`)))).toBe('badTagName')
  })
})

describe('files with a meaning', () => {
  it('refuses submodules that run or escape', () => {
    const check = (text: string): string => ruleOf(() => checkGitmodules(Buffer.from(text)))
    expect(check('[submodule "lib"]\n\tpath = lib\n\turl = https://example.org/lib.git\n')).toBe('ok')
    expect(check('[submodule "a/../../b"]\n')).toBe('gitmodulesName')
    expect(check('[submodule "a"]\n url = -u./payload\n')).toBe('gitmodulesUrl')
    expect(check('[submodule "a"]\n url = "ext::sh -c id"\n')).toBe('gitmodulesUrl')
    expect(check('[submodule "a"] path = -x\n')).toBe('gitmodulesPath')
    expect(check('[submodule "a"]\n update = !id\n')).toBe('gitmodulesUpdate')
  })

  it('knows LFS pointers from ordinary files', () => {
    const pointer = { oid: 'a'.repeat(64), sizeBytes: 12345 }
    expect(parseLfsPointer(encodeLfsPointer(pointer))).toEqual(pointer)
    expect(parseLfsPointer(Buffer.from('version https://git-lfs.github.com/spec/v1\n'.padEnd(200, 'x')))).toBeNull()
    expect(parseLfsPointer(Buffer.alloc(500))).toBeNull()
  })
})

describe('ref names', () => {
  const names = [
    'refs/heads/main',
    'refs/heads/a..b',
    'refs/heads/.a',
    'refs/heads/a.lock',
    'refs/heads/a/',
    'refs/heads//a',
  ]
  names.push(
    'refs/heads/a b',
    'refs/heads/a~1',
    'refs/heads/a^',
    'refs/heads/a:b',
    'refs/heads/a?',
    'refs/heads/@{x',
    'refs/heads/a\\b',
  )
  names.push(
    'refs/heads/a.',
    'main',
    '/refs/heads/a',
    'refs/heads/ü',
    'refs/pr/1',
    'refs/heads/a[b',
    'refs/heads/-a',
    'refs/heads/a\nb',
    'refs/heads/;',
  )
  it.each(names)('judges %j as git check-ref-format does', (name) => {
    let isGood = true
    try {
      execFileSync('git', ['check-ref-format', name])
    } catch {
      isGood = false
    }
    expect(isValidRefName(name)).toBe(isGood)
  })

  it('keeps options and object ids out of branch names', () => {
    for (const name of ['-x', 'HEAD', 'a'.repeat(40), '', 'a..b', 'x.lock'])
      expect(isValidShortName(name), name).toBe(false)
    for (const name of ['main', 'v1.0', 'feature/x', ';']) expect(isValidShortName(name), name).toBe(true)
  })
})
