import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { describeBlobStore } from './blobs.suite.js'
import { openDiskBlobs } from './disk.js'

const folder = mkdtempSync(join(tmpdir(), 'stoa-blobs-'))
const remove = async (): Promise<void> => rmSync(folder, { recursive: true, force: true })

describeBlobStore(
  'disk',
  () => openDiskBlobs(join(folder, 'contract')),
  async () => undefined,
)

afterAll(remove)

it('removes what a dead process left unfinished, and leaves what is being written', async () => {
  const root = join(folder, 'scratch')
  mkdirSync(join(root, 'tmp'), { recursive: true })
  writeFileSync(join(root, 'tmp', 'old'), 'x')
  writeFileSync(join(root, 'tmp', 'new'), 'x')
  utimesSync(join(root, 'tmp', 'old'), new Date(0), new Date(0))
  await openDiskBlobs(root)
  expect(readdirSync(join(root, 'tmp'))).toEqual(['new'])
})
