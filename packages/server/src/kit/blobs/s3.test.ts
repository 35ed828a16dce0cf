import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { findTestService } from '../test-service.js'
import { describeBlobStore } from './blobs.suite.js'
import { openBlobs } from './open.js'
import type { BlobStore, DirectTransfers } from './port.js'
import { parseS3Address } from './s3-address.js'
import { connectS3 } from './s3-client.js'

/** `s3://key:secret@bucket?endpoint=…`, given by scripts/with-s3.mjs. */
const address = findTestService('s3', 'STOA_TEST_S3_URL')

async function openEmpty(): Promise<BlobStore> {
  const { client, bucket } = connectS3(parseS3Address(address ?? ''))
  await client.send(new CreateBucketCommand({ Bucket: bucket })).catch(() => undefined)
  const url = new URL(address ?? '')
  url.pathname = `/contract/${randomUUID()}`
  return openBlobs(url.href, '')
}

describe.skipIf(address === null)('S3', () => {
  describeBlobStore('S3', openEmpty, async () => undefined)

  describe('direct transfers', () => {
    const open = async (): Promise<{ store: BlobStore; direct: DirectTransfers }> => {
      const store = await openEmpty()
      if (store.direct === null) throw new Error('no direct transfers')
      return { store, direct: store.direct }
    }
    const expiresInSeconds = 60

    it('lets a client put and get by signed address; another content than promised is refused', async () => {
      const { store, direct } = await open()
      const body = randomBytes(1000)
      const sha256 = createHash('sha256').update(body).digest('hex')
      const put = await direct.presignPut('direct/aa/put', { expiresInSeconds, sha256 })
      const wrong = await fetch(put.url, { method: 'PUT', headers: put.headers, body: randomBytes(1000) })
      expect(wrong.status).toBe(400)
      expect(await store.stat('direct/aa/put')).toBeNull()
      const right = await fetch(put.url, { method: 'PUT', headers: put.headers, body })
      expect(right.status).toBe(200)
      const get = await direct.presignGet('direct/aa/put', { expiresInSeconds, fileName: `a "b".bin` })
      const answer = await fetch(get.url)
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(body)
      expect(answer.headers.get('content-disposition')).toContain('a%20%22b%22.bin')
    })

    it('completes an upload from parts sent by a client, and ends stale ones', async () => {
      const { store, direct } = await open()
      const upload = await direct.createUpload('direct/aa/parts')
      const sizes = [5 * 1024 * 1024, 100]
      const parts = []
      for (const [i, size] of sizes.entries()) {
        const { url } = await direct.presignPart('direct/aa/parts', upload, i + 1, { expiresInSeconds })
        const answer = await fetch(url, { method: 'PUT', body: randomBytes(size) })
        parts.push({ number: i + 1, etag: answer.headers.get('etag') ?? '' })
      }
      await direct.completeUpload('direct/aa/parts', upload, parts.reverse())
      expect((await store.stat('direct/aa/parts'))?.sizeBytes).toBe(5 * 1024 * 1024 + 100)
      await direct.createUpload('direct/aa/stale')
      expect(await direct.abortStaleUploads(new Date(Date.now() - 60_000))).toBe(0)
      expect(await direct.abortStaleUploads(new Date(Date.now() + 60_000))).toBe(1)
      await direct.abortUpload('direct/aa/parts', upload)
    })
  })
})

describe('address', () => {
  it('is read whole, and its secret never appears in a refusal', () => {
    expect(parseS3Address('s3://k:s%2Fx@data/a/b/?endpoint=http://127.0.0.1:9&region=eu')).toEqual({
      bucket: 'data',
      prefix: 'a/b/',
      region: 'eu',
      endpoint: 'http://127.0.0.1:9',
      publicEndpoint: 'http://127.0.0.1:9',
      credentials: { accessKeyId: 'k', secretAccessKey: 's/x' },
      checksums: 'supported',
    })
    expect(() => parseS3Address('s3://k@data')).toThrow('without its secret')
    expect(() => parseS3Address('s3://k:s@data?endpiont=x')).toThrow('unknown settings: endpiont')
    expect(() => parseS3Address('s3://data?checksums=maybe')).toThrow('"supported" or "required"')
  })
})
