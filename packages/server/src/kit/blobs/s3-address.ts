/** The parts of STOA_BLOBS_URL: `s3://[key:secret@]bucket[/prefix]?endpoint=…&region=…&checksums=required&public=…`. */
export interface S3Address {
  readonly bucket: string
  /** Ends with `/` unless empty. */
  readonly prefix: string
  readonly region: string
  /** Null: Amazon's own. */
  readonly endpoint: string | null
  /** The endpoint as clients reach it, for direct transfers. */
  readonly publicEndpoint: string | null
  /** Null: the SDK's usual sources (environment, profile, instance role). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null
  /** `required` for servers that do not understand CRC32 checksums (Swift, older Ceph). */
  readonly checksums: 'supported' | 'required'
}

const DEFAULT_REGION = 'us-east-1'
const KNOWN = ['endpoint', 'region', 'checksums', 'public']

/** Throws one sentence about what is wrong; the secret is never part of it. */
export function parseS3Address(text: string): S3Address {
  const url = new URL(text)
  if (url.protocol !== 's3:' || url.hostname === '') throw new Error('STOA_BLOBS_URL must look like s3://bucket/prefix')
  const unknown = [...url.searchParams.keys()].filter((name) => !KNOWN.includes(name))
  if (unknown.length > 0) throw new Error(`STOA_BLOBS_URL has unknown settings: ${unknown.join(', ')}`)
  const checksums = url.searchParams.get('checksums') ?? 'supported'
  if (checksums !== 'supported' && checksums !== 'required')
    throw new Error('checksums in STOA_BLOBS_URL is "supported" or "required"')
  const path = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '')
  const endpoint = url.searchParams.get('endpoint')
  return {
    bucket: url.hostname,
    prefix: path === '' ? '' : `${path}/`,
    region: url.searchParams.get('region') ?? DEFAULT_REGION,
    endpoint,
    publicEndpoint: url.searchParams.get('public') ?? endpoint,
    credentials: credentialsOf(url),
    checksums,
  }
}

function credentialsOf(url: URL): S3Address['credentials'] {
  if (url.username === '') return null
  if (url.password === '') throw new Error('STOA_BLOBS_URL names an access key without its secret')
  return { accessKeyId: decodeURIComponent(url.username), secretAccessKey: decodeURIComponent(url.password) }
}
