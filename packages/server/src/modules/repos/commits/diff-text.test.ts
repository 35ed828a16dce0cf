import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { diffText } from './diff-text.js'

const folder = mkdtempSync(join(tmpdir(), 'stoa-diff-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What `git apply` makes of the old text. */
function applied(before: string, after: string): string {
  const hunks = diffText(before, after)
  if (hunks === '') return before
  writeFileSync(join(folder, 'f'), before)
  writeFileSync(join(folder, 'p'), `--- a/f\n+++ b/f\n${hunks}`)
  execFileSync('git', ['apply', '--unidiff-zero', 'p'], { cwd: folder, stdio: 'pipe' })
  return readFileSync(join(folder, 'f'), 'utf8')
}

describe('diffText', () => {
  const base = Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join('')
  it.each([
    ['nothing', base, base],
    ['one line', base, base.replace('line 7\n', 'changed\n')],
    ['two places', base, base.replace('line 3\n', '').replace('line 30\n', 'x\ny\n')],
    ['near places', base, base.replace('line 10\n', 'a\n').replace('line 15\n', 'b\n')],
    ['the end without a newline', base, `${base}tail`],
    ['the newline itself', 'a\nb', 'a\nb\n'],
    ['shuffled', 'a\nb\nc\nd\ne\n', 'c\na\ne\nd\nb\n'],
  ])('makes a patch that git applies: %s', (_name, before, after) => expect(applied(before, after)).toBe(after))

  it('stays bounded on long, different texts', () => {
    const left = Array.from({ length: 15_000 }, (_, index) => `l${index}`).join('\n')
    const right = Array.from({ length: 15_000 }, (_, index) => `r${index}`).join('\n')
    const started = performance.now()
    expect(diffText(left, right).split('\n').length).toBeGreaterThan(30_000)
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
