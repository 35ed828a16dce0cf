import { expect, it } from 'vitest'
import { parseDiff } from './diff.js'

it('cuts a diff into files', () => {
  const text =
    'diff --git a/a.txt b/a.txt\nindex 1..2 100644\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-old\n+new\ndiff --git a/b b/c\nsimilarity index 100%\n'
  expect(parseDiff(text)).toEqual([
    { path: 'a.txt', lines: ['@@ -1 +1 @@', '-old', '+new'] },
    { path: 'c', lines: [''] },
  ])
})
