import { expect, it } from 'vitest'
import { diffLists } from './line-diff.js'
import { diffTexts, parseDiff } from './parse-diff.js'

const text = `diff --git a/a.txt b/a.txt
index 111..222
--- a/a.txt
+++ b/a.txt
@@ -1,3 +1,3 @@ def main
 one
-the old line
+the new line
 three
diff --git a/w.bin b/w.bin
new file mode 100644
index 000..333
--- /dev/null
+++ b/w.bin
@@ -0,0 +1,3 @@
+version https://git-lfs.github.com/spec/v1
+oid sha256:${'a'.repeat(64)}
+size 1234
diff --git a/p.png b/p.png
Binary files a/p.png and b/p.png differ
... more than 300 files differ
`

it('cuts a diff into files with numbered lines, and marks the words that differ', () => {
  const { files, rest } = parseDiff(text)
  expect(files.map(({ path, status, added, removed }) => [path, status, added, removed])).toEqual([
    ['a.txt', 'changed', 1, 1],
    ['w.bin', 'added', 3, 0],
    ['p.png', 'changed', 0, 0],
  ])
  expect(files[0]?.hunks[0]).toMatchObject({
    header: 'def main',
    lines: [
      { kind: 'same', old: 1, now: 1 },
      { kind: 'del', old: 2, marks: [[4, 7]] },
      { kind: 'add', now: 2, marks: [[4, 7]] },
      { kind: 'same', old: 3, now: 3 },
    ],
  })
  expect(files[1]?.large).toEqual({ before: undefined, after: { oid: 'a'.repeat(64), sizeBytes: 1234 } })
  expect(files[2]?.isBinary).toBe(true)
  expect(rest).toBe('more than 300 files differ')
})

it('finds a way from any list to any other that is right at every step', () => {
  let seed = 7
  const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below
  for (let round = 0; round < 300; round += 1) {
    const list = () => Array.from({ length: random(12) }, () => 'abc'[random(3)] as string)
    const [before, after] = [list(), list()]
    const edits = diffLists(before, after)
    expect(edits.filter(({ kind }) => kind !== 'add').map(({ old }) => before[old])).toEqual(before)
    expect(edits.filter(({ kind }) => kind !== 'del').map(({ now }) => after[now])).toEqual(after)
    for (const { kind, old, now } of edits) if (kind === 'same') expect(before[old]).toBe(after[now])
  }
})

it('shows three lines around a change of a long text', () => {
  const before = Array.from({ length: 40 }, (_, index) => `line ${index}`).join('\n')
  const { hunks, added, removed } = diffTexts('a', before, before.replace('line 20', 'line twenty'))
  expect([hunks.length, hunks[0]?.lines.length, added, removed]).toEqual([1, 8, 1, 1])
})
