import type { IncomingHttpHeaders } from 'node:http'

/** What a request for a file or a listing tells about whether it is a download. */
export interface DownloadSigns {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** The file, or one of the listing, lies in the Xet store, so that its bytes are fetched there. */
  readonly isXet: boolean
  /** The person asked for a file to be saved (`?download=true`). */
  readonly isSaved: boolean
}

/** From this version on the Python client marks every call of a download (hub-api-2x §2). */
const MARKING_SINCE = { major: 1, minor: 32 }

/**
 * Whether a request is part of a download. Clients that mark theirs (`X-HF-Download-Counter`) are believed, and what such a
 * version does not mark is none. Of all others a request for a whole file counts; parts of one, pages that show a file, and
 * questions (`HEAD`) do not. Whoever fetches from the Xet store only asks here, so there the question counts.
 */
export function isDownload({ method, headers, isXet, isSaved }: DownloadSigns): boolean {
  if (headers['x-hf-download-counter'] === '1') return method === 'GET' ? startsAtZero(headers) : isXet
  if (method !== 'GET' || headers.range !== undefined || marksDownloads(headers['user-agent'])) return false
  const isBrowser = headers['sec-fetch-mode'] !== undefined
  return !isBrowser || isSaved || headers['sec-fetch-mode'] === 'navigate'
}

/** A part that goes on where an earlier one was cut is the same download. */
function startsAtZero(headers: IncomingHttpHeaders): boolean {
  return headers.range === undefined || /^bytes=0+-/.test(headers.range)
}

function marksDownloads(userAgent: string | undefined): boolean {
  const [, major, minor] = /\bhf_hub\/(\d{1,4})\.(\d{1,4})/.exec(userAgent ?? '') ?? []
  if (major === undefined) return false
  const since = MARKING_SINCE
  return Number(major) > since.major || (Number(major) === since.major && Number(minor) >= since.minor)
}

/** Whether an answer brought bytes: all of them, or a first part. */
export const hasBroughtBytes = (status: number): boolean => status === 200 || status === 206
