import type { DroppedFile } from '../../ui/dropped-files.js'
import type { RepoKindName } from '../repo-list.js'
import type { UploadRequest } from './upload.js'

/** A multipart upload the server has open: where each part goes and which have arrived. */
export interface OpenParts {
  href: string
  verifyHref?: string | undefined
  partBytes: number
  partHrefs: readonly string[]
  /** By part, from 0; absent while it has not arrived. */
  etags: Readonly<Record<number, string>>
  expiresAt: number
}

/** What is known of a file from an earlier attempt; the file itself is known by path, size and time of change. */
export interface FileMemory {
  path: string
  sizeBytes: number
  changedAt: number
  oid?: string | undefined
  parts?: OpenParts | undefined
  isStored?: boolean | undefined
  /** It travels in the commit itself. */
  isSmall?: boolean | undefined
  /** A way back to the file, where the browser gives one. */
  handle?: FileSystemFileHandle | undefined
}

/** An upload that has begun and not ended, as the browser remembers it over a reload. */
export interface UploadMemory {
  key: string
  kind: RepoKindName
  id: string
  rev: string
  message: string
  savedAt: number
  files: FileMemory[]
}

const database = 'stoa-uploads'
const store = 'uploads'
/** The server drops parts after three days. */
const keptMs = 3 * 24 * 3600 * 1000

export const memoryKey = ({ kind, id, rev }: Pick<UploadRequest, 'kind' | 'id' | 'rev'>) => `${kind}:${id}:${rev}`

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1)
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(store, { keyPath: 'key' }))
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}

async function withStore<T>(mode: IDBTransactionMode, work: (objects: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const request = work(db.transaction(store, mode).objectStore(store))
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(request.error))
    })
  } finally {
    db.close()
  }
}

/** A browser that keeps nothing (private mode) still uploads; it only cannot go on after a reload. */
const orNothing = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined)

export async function rememberUpload(memory: UploadMemory): Promise<void> {
  await orNothing(withStore('readwrite', (objects) => objects.put({ ...memory, savedAt: Date.now() })))
}

export async function recallUpload(
  request: Pick<UploadRequest, 'kind' | 'id' | 'rev'>,
): Promise<UploadMemory | undefined> {
  const found = await orNothing(
    withStore<UploadMemory | undefined>('readonly', (objects) => objects.get(memoryKey(request))),
  )
  return found && Date.now() - found.savedAt < keptMs ? found : undefined
}

export async function forgetUpload(request: Pick<UploadRequest, 'kind' | 'id' | 'rev'>): Promise<void> {
  await orNothing(withStore('readwrite', (objects) => objects.delete(memoryKey(request))))
}

/** Uploads into a repository that did not end, any branch; older ones fall out. */
export async function listInterrupted(kind: RepoKindName, id: string): Promise<UploadMemory[]> {
  const all = (await orNothing(withStore<UploadMemory[]>('readonly', (objects) => objects.getAll()))) ?? []
  return all.filter((one) => one.kind === kind && one.id === id && Date.now() - one.savedAt < keptMs)
}

export const isSameFile = (memory: FileMemory, { path, file }: DroppedFile): boolean =>
  memory.path === path && memory.sizeBytes === file.size && memory.changedAt === file.lastModified

/** Bytes of a remembered file that have arrived. */
export function arrivedBytes({ parts, sizeBytes, isStored }: FileMemory): number {
  if (isStored) return sizeBytes
  if (!parts) return 0
  const last = parts.partHrefs.length - 1
  return Object.keys(parts.etags).reduce(
    (sum, part) => sum + (Number(part) === last ? sizeBytes - last * parts.partBytes : parts.partBytes),
    0,
  )
}
