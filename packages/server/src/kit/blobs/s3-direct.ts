import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { DirectTransfers } from './port.js'
import { isMissingFailure, type S3Place } from './s3-client.js'

const MAX_STALE_PAGES = 100

/** Requests signed for clients, and uploads made of parts that clients send. */
export function createDirectTransfers(place: S3Place, keyOf: (key: string) => string): DirectTransfers {
  const { client, signer, bucket } = place
  const at = (key: string) => ({ Bucket: bucket, Key: keyOf(key) })
  const abort = async (upload: { Bucket: string; Key: string; UploadId: string }): Promise<void> => {
    await client.send(new AbortMultipartUploadCommand(upload)).catch((error: unknown) => {
      if (!isMissingFailure(error)) throw error
    })
  }
  return {
    async presignGet(key, { expiresInSeconds, fileName, contentType }) {
      const command = new GetObjectCommand({
        ...at(key),
        ...(fileName === undefined ? {} : { ResponseContentDisposition: attachment(fileName) }),
        ...(contentType === undefined ? {} : { ResponseContentType: contentType }),
      })
      return { url: await getSignedUrl(signer, command, { expiresIn: expiresInSeconds }), headers: {} }
    },
    async presignPut(key, { expiresInSeconds, sha256 }) {
      const checksum = sha256 === undefined ? null : Buffer.from(sha256, 'hex').toString('base64')
      const command = new PutObjectCommand({ ...at(key), ...(checksum === null ? {} : { ChecksumSHA256: checksum }) })
      const name = 'x-amz-checksum-sha256'
      const options = { expiresIn: expiresInSeconds, unhoistableHeaders: new Set([name]) }
      const url = await getSignedUrl(signer, command, options)
      return { url, headers: checksum === null ? {} : { [name]: checksum } }
    },
    async createUpload(key) {
      return (await client.send(new CreateMultipartUploadCommand(at(key)))).UploadId ?? ''
    },
    async presignPart(key, uploadId, part, { expiresInSeconds }) {
      const command = new UploadPartCommand({ ...at(key), UploadId: uploadId, PartNumber: part })
      return { url: await getSignedUrl(signer, command, { expiresIn: expiresInSeconds }), headers: {} }
    },
    async completeUpload(key, uploadId, parts) {
      const completed = [...parts]
        .sort((a, b) => a.number - b.number)
        .map((part) => ({ PartNumber: part.number, ETag: part.etag }))
      const command = { ...at(key), UploadId: uploadId, MultipartUpload: { Parts: completed } }
      await client.send(new CompleteMultipartUploadCommand(command))
    },
    abortUpload: (key, uploadId) => abort({ ...at(key), UploadId: uploadId }),
    abortStaleUploads: (before) => abortStale(place, before, abort),
  }
}

/** Not every server has lifecycle rules, so stale uploads are found and ended from here. */
async function abortStale(
  { client, bucket, prefix }: S3Place,
  before: Date,
  abort: (upload: { Bucket: string; Key: string; UploadId: string }) => Promise<void>,
): Promise<number> {
  let aborted = 0
  let marker: { KeyMarker?: string; UploadIdMarker?: string } = {}
  for (let page = 0; page < MAX_STALE_PAGES; page++) {
    const listed = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...marker }))
    for (const { Key, UploadId, Initiated } of listed.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || (Initiated !== undefined && Initiated >= before)) continue
      await abort({ Bucket: bucket, Key, UploadId })
      aborted += 1
    }
    if (listed.IsTruncated !== true || listed.NextKeyMarker === undefined) return aborted
    marker = { KeyMarker: listed.NextKeyMarker, UploadIdMarker: listed.NextUploadIdMarker ?? '' }
  }
  return aborted
}

/** RFC 6266 with the RFC 5987 form, which holds any name. */
function attachment(fileName: string): string {
  const escaped = encodeURIComponent(fileName).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
  return `attachment; filename*=UTF-8''${escaped}`
}
