import { type BucketEntry, refuse } from '@stoa/contracts'
import type { Db } from '../../../kit/db/database.js'
import { type BucketListItem, listBucketFiles, listBucketLevel } from '../queries/bucket-files.js'
import { type Bucket, showFile } from './bucket.js'

export interface BucketTreeQuery {
  readonly prefix: string
  readonly recursive: boolean
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface BucketPage {
  readonly entries: BucketEntry[]
  /** Where the next page starts; null on the last. */
  readonly cursor: string | null
}

/** Sorts behind a path and before every longer one: paths have no control characters. */
const JUST_BEHIND = '\u0001'
/** The character after the slash: sorts behind everything in a folder. */
const BEHIND_FOLDER = '0'

/** One page of the files whose path begins with a text. Throws `InvalidRequest` for a foreign cursor. */
export async function listBucketTree(db: Db, bucket: Bucket, query: BucketTreeQuery): Promise<BucketPage> {
  const { prefix, recursive, limit } = query
  if (prefix.includes('\0')) return { entries: [], cursor: null }
  const from = query.cursor === undefined ? prefix : readCursor(query.cursor)
  const list = recursive ? listBucketFiles : listBucketLevel
  const items: readonly BucketListItem[] = await list(db, bucket.id, { prefix, from, limit: limit + 1 })
  const page = items.slice(0, limit)
  const last = items.length > limit ? page.at(-1) : undefined
  return { entries: page.map(showItem), cursor: last ? writeCursor(last) : null }
}

function showItem(item: BucketListItem): BucketEntry {
  if (!('folder' in item)) return showFile(item)
  return { type: 'directory', path: item.folder, uploadedAt: item.uploadedAt.toISOString() }
}

function writeCursor(item: BucketListItem): string {
  const next = 'folder' in item ? item.folder + BEHIND_FOLDER : item.path + JUST_BEHIND
  return Buffer.from(next).toString('base64url')
}

function readCursor(cursor: string): string {
  const from = Buffer.from(cursor, 'base64url').toString('utf8')
  if (from === '' || from.includes('\0')) throw refuse('InvalidRequest', 'This cursor is not one of ours.')
  return from
}
