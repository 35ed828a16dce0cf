import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeZip } from './write-zip.js'

test('an archive written as a stream is opened by another program, with names, large and empty files', async () => {
  const large = Buffer.from('a line of text that repeats itself\n'.repeat(200_000))
  const pieces = Array.from({ length: 20 }, (_, at) =>
    large.subarray((at * large.length) / 20, ((at + 1) * large.length) / 20),
  )
  const entries = [
    { name: 'README.md', pieces: [Buffer.from('# hello')] },
    { name: 'für/alle.jsonl', pieces },
    { name: 'empty.jsonl', pieces: [] },
  ]
  const parts: Buffer[] = []
  for await (const part of writeZip(entries)) parts.push(part)
  const folder = mkdtempSync(join(tmpdir(), 'stoa-zip-'))
  const file = join(folder, 'a.zip')
  writeFileSync(file, Buffer.concat(parts))
  const script =
    'import sys,zipfile,hashlib; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip()); [print(i.filename,len(z.read(i))) for i in z.infolist()]'
  const seen = execFileSync('python3', ['-c', script, file], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONUTF8: '1' },
  })
  rmSync(folder, { recursive: true })
  expect(seen.trim().split('\n')).toEqual(['None', 'README.md 7', `für/alle.jsonl ${large.length}`, 'empty.jsonl 0'])
})
