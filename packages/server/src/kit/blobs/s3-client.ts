import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { S3Address } from './s3-address.js'

const CONNECT_TIMEOUT_MS = 5_000
const SILENCE_TIMEOUT_MS = 60_000
const ATTEMPTS = 4

export interface S3Place {
  readonly client: S3Client
  /** Signs for clients: no checksum of an empty body in the signature, the public address. */
  readonly signer: S3Client
  readonly bucket: string
  readonly prefix: string
}

export function connectS3(address: S3Address): S3Place {
  const shared: S3ClientConfig = {
    region: address.region,
    forcePathStyle: true,
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SILENCE_TIMEOUT_MS },
    ...(address.credentials === null ? {} : { credentials: address.credentials }),
  }
  const endpoint = (url: string | null): S3ClientConfig => (url === null ? {} : { endpoint: url })
  const whenRequired = {
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const
  const checksums = address.checksums === 'required' ? whenRequired : {}
  return {
    client: new S3Client({ ...shared, ...endpoint(address.endpoint), ...checksums }),
    signer: new S3Client({ ...shared, ...endpoint(address.publicEndpoint), ...whenRequired }),
    bucket: address.bucket,
    prefix: address.prefix,
  }
}

interface S3Failure {
  name?: string
  $metadata?: { httpStatusCode?: number }
}

export const isMissingFailure = (error: unknown): boolean => {
  const { name = '', $metadata } = error as S3Failure
  return ['NoSuchKey', 'NotFound', 'NoSuchUpload'].includes(name) || $metadata?.httpStatusCode === 404
}

/** A lost race for a key: most servers answer 412, Amazon also 409. */
export const isConditionFailure = (error: unknown): boolean => {
  const { name = '', $metadata } = error as S3Failure
  return [409, 412].includes($metadata?.httpStatusCode ?? 0) || ['PreconditionFailed'].includes(name)
}

/** The server does not know what was asked for. */
export const isUnsupportedFailure = (error: unknown): boolean => {
  const { name = '', $metadata } = error as S3Failure
  return ['NotImplemented', 'MissingContentMD5', 'InvalidRequest'].includes(name) || $metadata?.httpStatusCode === 501
}
