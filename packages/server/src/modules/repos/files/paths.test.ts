import { describe, expect, it } from 'vitest'
import { defaultAttributes, isLfsPath, parseLfsAttributes } from './attributes.js'
import { compileGlob, matchesGlob } from './glob.js'
import { isIgnored, parseIgnore } from './ignore.js'
import { findPathProblem, trimSlashes } from './path-rules.js'
import { isBinary, uploadModeOf } from './upload-mode.js'

const matches = (pattern: string, path: string): boolean => {
  const glob = compileGlob(pattern)
  return glob !== null && matchesGlob(glob, path)
}

describe('findPathProblem', () => {
  it.each([
    'a.txt',
    'dir/ünïcode name.md',
    'a b?c%d,e:f#g[h].txt',
    '.gitattributes',
    '.git_something/file',
    'file.git',
    '...',
    'a/.github/x.yml',
  ])('lets %s through', (path) => expect(findPathProblem(path)).toBeNull())

  it.each([
    '',
    '/abs',
    'a//b',
    'a/',
    './a',
    'a/../b',
    '..',
    '..\\a',
    'a\\b',
    '.git/config',
    'x/.GIT/config',
    'x/.git. ',
    'git~1/x',
    '.git::$INDEX_ALLOCATION',
    '.g\u200cit/x',
    'a\u0000b',
    'a\nb',
    'a\ud800b',
    'x'.repeat(1001),
    'é'.repeat(128),
    Array(101).fill('a').join('/'),
  ])('refuses %j', (path) => expect(findPathProblem(path)).toMatch(/\.$/))

  it('lets backslashes through in test mode, but no way out of the root', () => {
    expect(findPathProblem('folder/..\\..\\file', true)).toBeNull()
    for (const path of ['..\\a', '../a', 'a/../b', 'a/.git/b', '..\\..\\a']) {
      expect(findPathProblem(path, true)).toMatch(/\.$/)
    }
  })

  it('trims slashes in linear time', () => {
    expect(trimSlashes('/a/b//')).toBe('a/b')
    expect(trimSlashes('////')).toBe('')
  })
})

describe('globs', () => {
  it.each([
    ['*.bin', 'deep/er/a.bin', true],
    ['*.lfs.*', 'a.lfs.txt', true],
    ['*tfevents*', 'run/events.out.tfevents.1', true],
    ['saved_model/**/*', 'saved_model/a', true],
    ['saved_model/**/*', 'saved_model/a/b/c', true],
    ['saved_model/**/*', 'x/saved_model/a', false],
    ['/a', 'b/a', false],
    ['a/**', 'a', false],
    ['a/**', 'a/b/c', true],
    ['**/b', 'b', true],
    ['**/b', 'a/c/b', true],
    ['[a-c]?.md', 'b1.md', true],
    ['[!a-c]?.md', 'b1.md', false],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['[', '[', true],
  ])('%s on %s is %s', (pattern, path, expected) => expect(matches(pattern, path)).toBe(expected))

  it('stays fast on hostile patterns', () => {
    const started = performance.now()
    expect(matches(`${'*a'.repeat(400)}b`, 'a'.repeat(900))).toBe(false)
    expect(matches(Array(300).fill('**').join('/') + '/x', Array(90).fill('y').join('/'))).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('upload modes', () => {
  const attributes = parseLfsAttributes(defaultAttributes('model'))
  it.each(['w.bin', 'a.pt', 'a.pkl', 'x/a.lfs.json', 'saved_model/v/x'])('%s is large', (path) =>
    expect(isLfsPath(attributes, path)).toBe(true),
  )
  it.each(['README.md', 'config.json', 'a.txt', 'bin'])('%s stays in git', (path) =>
    expect(isLfsPath(attributes, path)).toBe(false),
  )
  it('lets the last matching line decide and reads quoted patterns', () => {
    const own = parseLfsAttributes('*.bin filter=lfs\nsmall.bin -filter\n"a b.txt" filter=lfs -text\n# x\n[attr]y z\n')
    expect(isLfsPath(own, 'small.bin')).toBe(false)
    expect(isLfsPath(own, 'big.bin')).toBe(true)
    expect(isLfsPath(own, 'a b.txt')).toBe(true)
  })
  it('decides by size, attributes and bytes', () => {
    const none = parseLfsAttributes('')
    const text = Buffer.from('hello\n')
    expect(uploadModeOf({ path: 'a', sizeBytes: 6, sample: text }, none)).toBe('regular')
    expect(uploadModeOf({ path: 'a', sizeBytes: 11e6, sample: text }, none)).toBe('lfs')
    expect(uploadModeOf({ path: 'a', sizeBytes: 6, sample: Buffer.of(1, 0, 2) }, none)).toBe('lfs')
    expect(uploadModeOf({ path: 'a.bin', sizeBytes: 0, sample: null }, attributes)).toBe('regular')
    expect(uploadModeOf({ path: 'a.bin', sizeBytes: 1, sample: null }, attributes)).toBe('lfs')
    expect(isBinary(Buffer.from('plain ünïcode\ttext\r\n\u001b[0m'))).toBe(false)
  })
})

describe('ignore', () => {
  const rules = parseIgnore('nested/*\n!nested/keep\nbuild/\n# c\n*.log\n!important.log\n\\#x\n')
  it.each([
    ['nested/a', true],
    ['nested/keep', false],
    ['build/x/y', true],
    ['build', false],
    ['a/b.log', true],
    ['important.log', false],
    ['#x', true],
    ['src/a', false],
  ])('%s: %s', (path, expected) => expect(isIgnored(rules, path)).toBe(expected))
})
