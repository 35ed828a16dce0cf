import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { CheckedBody } from './checked-body.js'
import { BlobExists, type PutOptions, type WrittenBlob } from './port.js'
import { isConditionFailure, isMissingFailure, type S3Place } from './s3-client.js'

const MIB = 1024 * 1024
/** Bodies up to this size are sent in one request. */
export const SINGLE_PUT_BYTES = 8 * MIB
const MAX_PARTS = 10_000
const PARTS_IN_FLIGHT = 3
/** Parts of a body of unknown length grow by doubling after every 1,000: 8 GB, then 16 GB more, … about 8 TB in all. */
const PARTS_PER_SIZE = 1_000

export interface S3Writer extends S3Place {
  /** False: the server ignores `If-None-Match`, so `ifAbsent` only looks first. */
  readonly honoursConditions: boolean
  /** False: parts are completed by their ETag alone. */
  readonly usesChecksums: boolean
}

/**
 * Stores a body that becomes visible only when its size and hash are right: small ones are gathered and checked before
 * they are sent, large ones are parts that are completed or thrown away.
 */
export async function putToS3(
  place: S3Writer,
  key: string,
  body: AsyncIterable<Uint8Array>,
  options: PutOptions,
): Promise<WrittenBlob> {
  const isConditional = options.ifAbsent === true
  if (isConditional && !place.honoursConditions) await refuseExisting(place, key)
  const condition = isConditional && place.honoursConditions ? { IfNoneMatch: '*' } : {}
  let partsMade = 0
  const checked = new CheckedBody(body, options, () => partBytes(partsMade++, options.sizeBytes))
  const pieces = checked.pieces()
  try {
    const first = Buffer.concat((await pieces.next()).value ?? [])
    if (first.byteLength < SINGLE_PUT_BYTES) {
      const written = checked.finish()
      await place.client.send(new PutObjectCommand({ Bucket: place.bucket, Key: key, Body: first, ...condition }))
      return written
    }
    return await putParts(place, key, { first, pieces, checked, condition })
  } catch (error) {
    throw isConditional && isConditionFailure(error) ? new BlobExists('a blob of this name exists') : error
  }
}

async function refuseExisting(place: S3Place, key: string): Promise<void> {
  try {
    await place.client.send(new HeadObjectCommand({ Bucket: place.bucket, Key: key }))
  } catch (error) {
    if (isMissingFailure(error)) return
    throw error
  }
  throw new BlobExists('a blob of this name exists')
}

/** The first piece decides between one request and parts, so it always has the smallest size. */
function partBytes(index: number, sizeBytes: number | undefined): number {
  if (index === 0) return SINGLE_PUT_BYTES
  if (sizeBytes !== undefined) return Math.max(SINGLE_PUT_BYTES, Math.ceil(sizeBytes / (MAX_PARTS - 1) / MIB) * MIB)
  return SINGLE_PUT_BYTES * 2 ** Math.floor(index / PARTS_PER_SIZE)
}

interface PartsJob {
  first: Buffer
  pieces: AsyncGenerator<Uint8Array[]>
  checked: CheckedBody
  condition: { IfNoneMatch?: string }
}

async function putParts(place: S3Writer, key: string, job: PartsJob): Promise<WrittenBlob> {
  const target = { Bucket: place.bucket, Key: key }
  const created = await place.client.send(
    new CreateMultipartUploadCommand({ ...target, ...(place.usesChecksums ? { ChecksumAlgorithm: 'CRC32' } : {}) }),
  )
  const upload = { ...target, UploadId: created.UploadId ?? '' }
  try {
    const parts = await sendParts(place, upload, job)
    const written = job.checked.finish()
    const complete = { ...upload, ...job.condition, MultipartUpload: { Parts: parts } }
    await place.client.send(new CompleteMultipartUploadCommand(complete))
    return written
  } catch (error) {
    await place.client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined)
    throw error
  }
}

type Upload = { Bucket: string; Key: string; UploadId: string }

async function sendParts(place: S3Writer, upload: Upload, { first, pieces }: PartsJob): Promise<CompletedPart[]> {
  const parts: CompletedPart[] = []
  const inFlight = new Set<Promise<void>>()
  const send = (number: number, body: Buffer): void => {
    const sent = place.client
      .send(new UploadPartCommand({ ...upload, PartNumber: number, Body: body }))
      .then((answer) => {
        parts[number - 1] = { PartNumber: number, ...pickPart(answer) }
        inFlight.delete(sent)
      })
    // A failure is seen by the race or the final wait; this keeps it from being called unhandled before that.
    sent.catch(() => undefined)
    inFlight.add(sent)
  }
  send(1, first)
  let number = 1
  try {
    for await (const piece of pieces) {
      if (inFlight.size >= PARTS_IN_FLIGHT) await Promise.race(inFlight)
      number += 1
      send(number, Buffer.concat(piece))
    }
  } finally {
    await Promise.allSettled(inFlight)
  }
  await Promise.all(inFlight)
  return parts
}

function pickPart(answer: { ETag?: string | undefined; ChecksumCRC32?: string | undefined }): CompletedPart {
  return {
    ...(answer.ETag === undefined ? {} : { ETag: answer.ETag }),
    ...(answer.ChecksumCRC32 === undefined ? {} : { ChecksumCRC32: answer.ChecksumCRC32 }),
  }
}
