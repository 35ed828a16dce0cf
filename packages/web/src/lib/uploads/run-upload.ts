import { preupload } from '@stoa/contracts'
import type { DroppedFile } from '../../ui/dropped-files.js'
import { api } from '../api.js'
import { base64Of, postCommit } from '../post-commit.js'
import { repoParams } from '../repo-queries.js'
import { hashInWorker } from './hash-in-worker.js'
import { insist } from './send-bytes.js'
import { sendLarge } from './send-large.js'
import type { Upload, UploadRequest, UploadResult } from './upload.js'
import {
  arrivedBytes,
  type FileMemory,
  forgetUpload,
  isSameFile,
  memoryKey,
  recallUpload,
  rememberUpload,
  type UploadMemory,
} from './upload-memory.js'

const preuploadFiles = 250
const sampleBytes = 512
/** Memory is written at most this often: every part would be too much for many small ones. */
const rememberEveryMs = 400
/** Files on the way at once; large ones have lanes of their own. */
const filesAtOnce = 2

interface Watch {
  signal: AbortSignal
  onChange: (facts: Partial<Upload>) => void
}

/** Uploads files and commits them, by the same calls the Hub's own clients make. Goes on from what an earlier attempt reached. */
export async function runUpload(request: UploadRequest, watch: Watch): Promise<UploadResult> {
  const { regular, large } = await sortFiles(request, watch)
  const memory = await recall(request, regular, large)
  const progress = createProgress(large, memory, watch)
  const keeper = createKeeper(memory)
  let result: UploadResult
  try {
    const oids = await sendAll(request, large, memory, { watch, progress, keep: keeper.keep })
    watch.onChange({ phase: 'committing' })
    const commit = await insist(
      () =>
        postCommit({ ...request }, operationsOf(regular, large, oids)).catch((error: unknown) => {
          // Whether a commit that was cut off has been written cannot be told; asking again could write it twice.
          throw error instanceof TypeError ? Object.assign(new Error(cutCommit), { status: 400 }) : error
        }),
      { signal: watch.signal, onWait: () => {} },
    )
    result = { commitOid: commit.commitOid, pullRequestUrl: commit.pullRequestUrl }
  } finally {
    await keeper.close()
  }
  await forgetUpload(request)
  return result
}

const cutCommit = 'The connection was cut while the commit was written. Look whether it is there before you try again.'

/** Asks the server which files travel in the commit and which as large files; ignored ones fall out. */
async function sortFiles({ kind, id, rev, files }: UploadRequest, { signal, onChange }: Watch) {
  const regular: DroppedFile[] = []
  const large: DroppedFile[] = []
  const onWait = (isWaiting: boolean) => onChange({ phase: isWaiting ? 'waiting' : 'sorting' })
  for (let at = 0; at < files.length; at += preuploadFiles) {
    const some = files.slice(at, at + preuploadFiles)
    const asked = await Promise.all(
      some.map(async ({ path, file }) => ({
        path,
        size: file.size,
        sample: await base64Of(file.slice(0, sampleBytes)),
      })),
    )
    const answer = await insist(
      () =>
        api.call(preupload, { params: { ...repoParams(kind, id), rev }, query: {}, body: { files: asked }, signal }),
      { signal, onWait },
    )
    const byPath = new Map(some.map((one) => [one.path, one]))
    for (const { path, uploadMode, shouldIgnore } of answer.files) {
      const found = byPath.get(path)
      if (found && !shouldIgnore) (uploadMode === 'lfs' && found.file.size > 0 ? large : regular).push(found)
    }
  }
  return { regular, large }
}

/** The memory of an earlier attempt where the files are the same, fresh for the others. */
async function recall(
  request: UploadRequest,
  regular: readonly DroppedFile[],
  large: readonly DroppedFile[],
): Promise<UploadMemory> {
  const before = await recallUpload(request)
  const remembered =
    (isSmall: boolean) =>
    (one: DroppedFile): FileMemory => {
      const known = before?.files.find((memory) => isSameFile(memory, one))
      const fresh = { path: one.path, sizeBytes: one.file.size, changedAt: one.file.lastModified }
      return { ...(known ?? fresh), isSmall, handle: one.handle ?? known?.handle }
    }
  const files = [...large.map(remembered(false)), ...regular.map(remembered(true))]
  const { kind, id, rev, message } = request
  const memory = { key: memoryKey(request), kind, id, rev, message, savedAt: Date.now(), files }
  if (large.length > 0) await rememberUpload(memory)
  return memory
}

/** Writes the memory now and then, and always the last state of it. */
/** Writes the memory now and then; closing writes what is due, and nothing is written after it. */
function createKeeper(memory: UploadMemory): { keep: () => void; close: () => Promise<void> } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false
  let written: Promise<void> = Promise.resolve()
  const write = (): void => {
    timer = undefined
    written = written.then(() => rememberUpload(memory))
  }
  return {
    keep: () => {
      if (!isClosed) timer ??= setTimeout(write, rememberEveryMs)
    },
    close: async () => {
      isClosed = true
      if (timer !== undefined) {
        clearTimeout(timer)
        write()
      }
      await written
    },
  }
}

/** Sums what the files report, at most once a frame. */
function createProgress(large: readonly DroppedFile[], memory: UploadMemory, { signal, onChange }: Watch) {
  const totalBytes = large.reduce((sum, { file }) => sum + file.size, 0)
  const sent: Record<string, number> = {}
  let hashedBytes = 0
  let isDue = false
  const knownBytes = memory.files.reduce((sum, file) => sum + arrivedBytes(file), 0)
  const tell = () => {
    if (isDue) return
    isDue = true
    setTimeout(() => {
      isDue = false
      const sentBytes = Object.values(sent).reduce((sum, bytes) => sum + bytes, 0)
      if (!signal.aborted) onChange({ totalBytes, hashedBytes, sentBytes, sentByPath: { ...sent } })
    }, 60)
  }
  onChange({ phase: 'sending', totalBytes, knownBytes, startedAt: performance.now() })
  return {
    onHashed: (bytes: number) => {
      hashedBytes += bytes
      tell()
    },
    onSent: (path: string, bytes: number) => {
      sent[path] = bytes
      tell()
    },
    onWait: (isWaiting: boolean) => {
      if (!signal.aborted) onChange({ phase: isWaiting ? 'waiting' : 'sending' })
    },
  }
}

interface Tools {
  watch: Watch
  progress: ReturnType<typeof createProgress>
  keep: () => void
}

/** Hashes and sends the large files, one being read while others travel; their SHA-256 by path. */
async function sendAll(
  request: UploadRequest,
  large: readonly DroppedFile[],
  memory: UploadMemory,
  { watch, progress, keep }: Tools,
): Promise<Map<string, string>> {
  const oids = new Map<string, string>()
  let reading: Promise<unknown> = Promise.resolve()
  const queue = large.map((file, index) => ({ file, memory: memory.files[index] as FileMemory }))
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { file, memory: known } = next
      const { path } = file
      if (known.oid) progress.onHashed(file.file.size)
      else {
        const mine = reading.then(() => hashInWorker(file.file, progress.onHashed, watch.signal))
        reading = mine.catch(() => {})
        known.oid = await mine
        keep()
      }
      oids.set(path, known.oid)
      await sendLarge({
        ...{ kind: request.kind, id: request.id, file, oid: known.oid, memory: known, signal: watch.signal },
        onSent: (bytes) => progress.onSent(path, bytes),
        onWait: progress.onWait,
        onMemory: keep,
      })
    }
  }
  await Promise.all(Array.from({ length: filesAtOnce }, lane))
  return oids
}

/** Lines of the commit; small files are read one by one as they are written. */
async function* operationsOf(
  regular: readonly DroppedFile[],
  large: readonly DroppedFile[],
  oids: ReadonlyMap<string, string>,
) {
  for (const { path, file } of regular)
    yield { key: 'file', value: { path, content: await base64Of(file), encoding: 'base64' } } as const
  for (const { path, file } of large)
    yield { key: 'lfsFile', value: { path, algo: 'sha256', oid: oids.get(path) ?? '', size: file.size } } as const
}
