import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { fillPages } from './fill-pages.js'
import { checkBlobKey, SCRATCH } from './key.js'
import type { BlobFacts, BlobRange, BlobStore, ListedBlob } from './port.js'
import type { S3Address } from './s3-address.js'
import { connectS3, isConditionFailure, isMissingFailure, isUnsupportedFailure, type S3Place } from './s3-client.js'
import { createDirectTransfers } from './s3-direct.js'
import { putToS3 } from './s3-write.js'

const DELETE_BATCH = 1_000
const RANGE_NOT_SATISFIABLE = 416

/** Objects in one bucket. Probes once whether the server honours conditional writes. */
export async function openS3Blobs(address: S3Address): Promise<BlobStore> {
  const place = connectS3(address)
  const keyOf = (key: string): string => place.prefix + checkBlobKey(key)
  const honoursConditions = await probeConditions(place)
  const direct = createDirectTransfers(place, keyOf)
  const writer = { ...place, honoursConditions, usesChecksums: address.checksums === 'supported' }
  return {
    kind: 's3',
    direct,
    localPath: () => null,
    put: (key, body, options = {}) => putToS3(writer, keyOf(key), body, options),
    openPages: async (key, pages) => ({
      arrived: () => undefined,
      finish: async (sizeBytes) => {
        await putToS3(writer, keyOf(key), Readable.from([pages.subarray(0, sizeBytes)]), { sizeBytes })
      },
      close: async () => undefined,
    }),
    readPages: async (key, range, pages) => fillPages(await get(place, keyOf(key), range), range, pages),
    get: (key, range) => get(place, keyOf(key), range),
    stat: (key) => statObject(place, keyOf(key)),
    deleteMany: (keys) => deleteMany(place, keys.map(keyOf)),
    list: (prefix, after) => list(place, prefix, after),
    copy: (from, to) => copy(place, keyOf(from), keyOf(to)),
    dropUnfinished: (before) => direct.abortStaleUploads(before),
  }
}

/** Two writers of a scratch key: the second must lose. */
async function probeConditions({ client, bucket, prefix }: S3Place): Promise<boolean> {
  const probe = { Bucket: bucket, Key: `${prefix}${SCRATCH}/probe-${randomUUID()}` }
  const put = () => client.send(new PutObjectCommand({ ...probe, Body: Buffer.from('probe'), IfNoneMatch: '*' }))
  try {
    await put()
  } catch (error) {
    if (isUnsupportedFailure(error)) return false
    throw new Error(`the S3 bucket ${bucket} cannot be written: ${(error as Error).message}`, { cause: error })
  }
  const secondWon = await put().then(
    () => true,
    (error: unknown) => !isConditionFailure(error),
  )
  await client.send(new DeleteObjectCommand(probe))
  return !secondWon
}

async function get(place: S3Place, key: string, range?: BlobRange) {
  if (range !== undefined && range.endExclusive <= range.start) return emptyRange(place, key)
  const part = range === undefined ? {} : { Range: `bytes=${range.start}-${range.endExclusive - 1}` }
  try {
    const answer = await place.client.send(new GetObjectCommand({ Bucket: place.bucket, Key: key, ...part }))
    const total = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1]
    return { sizeBytes: Number(total ?? answer.ContentLength ?? 0), body: answer.Body as Readable }
  } catch (error) {
    if (isMissingFailure(error)) return null
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } }
    if ($metadata?.httpStatusCode === RANGE_NOT_SATISFIABLE) return emptyRange(place, key)
    throw error
  }
}

async function emptyRange(place: S3Place, key: string) {
  const facts = await statObject(place, key)
  return facts === null ? null : { sizeBytes: facts.sizeBytes, body: Readable.from([]) }
}

async function statObject({ client, bucket }: S3Place, key: string): Promise<BlobFacts | null> {
  try {
    const facts = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
    return { sizeBytes: facts.ContentLength ?? 0, modifiedAt: facts.LastModified ?? new Date(0) }
  } catch (error) {
    if (isMissingFailure(error)) return null
    throw error
  }
}

async function deleteMany({ client, bucket }: S3Place, keys: string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += DELETE_BATCH) {
    const batch = keys.slice(start, start + DELETE_BATCH)
    try {
      const Delete = { Objects: batch.map((Key) => ({ Key })), Quiet: true }
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }))
      const [failed] = Errors.filter((one) => one.Code !== 'NoSuchKey')
      if (failed !== undefined) throw new Error(`S3 did not delete ${failed.Key}: ${failed.Code}`)
    } catch (error) {
      if (!isUnsupportedFailure(error)) throw error
      for (const Key of batch) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
    }
  }
}

async function* list(place: S3Place, wanted: string, after?: string): AsyncGenerator<ListedBlob> {
  const { client, bucket, prefix } = place
  let token: string | undefined
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix + wanted,
        ...(after === undefined || after === '' ? {} : { StartAfter: prefix + after }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    )
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      const key = Key?.slice(prefix.length) ?? ''
      if (key === '' || key.endsWith('/') || key.startsWith(`${SCRATCH}/`)) continue
      yield { key, sizeBytes: Size ?? 0, modifiedAt: LastModified ?? new Date(0) }
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (token !== undefined)
}

/** Sources up to 5 GB, the protocol's limit for one copy request. */
async function copy({ client, bucket }: S3Place, from: string, to: string): Promise<boolean> {
  const source = `${bucket}/${from}`.split('/').map(encodeURIComponent).join('/')
  try {
    await client.send(new CopyObjectCommand({ Bucket: bucket, Key: to, CopySource: source }))
    return true
  } catch (error) {
    if (isMissingFailure(error)) return false
    throw error
  }
}
