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

it('refuses new blobs when the disk is nearly full, and still reads and deletes', async () => {
  let freeBytes = 2 ** 40
  const store = await openDiskBlobs(join(folder, 'full'), async () => freeBytes)
  const body = async function* () {
    yield Buffer.from('kept')
  }
  await store.put('a/kept', body())
  freeBytes = 1024
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  await expect(store.put('a/refused', body())).rejects.toMatchObject({ code: 'StorageFull', status: 507 })
  expect(await store.stat('a/refused')).toBeNull()
  expect(await store.stat('a/kept')).toMatchObject({ sizeBytes: 4 })
  await store.deleteMany(['a/kept'])
  expect(await store.stat('a/kept')).toBeNull()
})

it('leaves nothing of a blob that the disk had no room for', async () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  const store = await openDiskBlobs(join(folder, 'enospc'))
  const body = async function* () {
    yield Buffer.alloc(2 * 1024 * 1024)
    throw full
  }
  await expect(store.put('a/half', body())).rejects.toMatchObject({ code: 'StorageFull' })
  expect(readdirSync(join(folder, 'enospc', 'tmp'))).toEqual([])
  expect(await store.stat('a/half')).toBeNull()
})

it('writes pages through the file system where memory does not begin on one, and nothing when the disk is nearly full', async () => {
  let freeBytes = 2 ** 40
  const store = await openDiskBlobs(join(folder, 'pages'), async () => freeBytes)
  const crooked = Buffer.alloc(3 * 4096 + 8, 7).subarray(8)
  for (const key of ['a/crooked', 'a/again']) {
    const writer = await store.openPages(key, crooked)
    await writer.finish(9_000)
    await writer.close()
  }
  expect(await store.stat('a/again')).toMatchObject({ sizeBytes: 9_000 })
  expect(await store.readPages('a/crooked', { start: 1, endExclusive: 9_000 }, crooked)).toEqual(Buffer.alloc(8_999, 7))
  freeBytes = 1024
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  await expect(store.openPages('a/refused', crooked)).rejects.toMatchObject({ code: 'StorageFull' })
  expect(readdirSync(join(folder, 'pages', 'tmp'))).toEqual([])
})
