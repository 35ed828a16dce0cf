import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { at } from '../../lib/repo-queries.js'
import { useUploads, startUpload } from '../../lib/uploads/upload-store.js'
import {
  arrivedBytes,
  forgetUpload,
  listInterrupted,
  memoryKey,
  type UploadMemory,
} from '../../lib/uploads/upload-memory.js'
import { formatBytes } from '../../lib/units.js'
import { tf } from '../../text/en/files.js'
import { Button } from '../../ui/button.js'
import { ChooseButton } from '../../ui/dropzone.js'
import type { DroppedFile } from '../../ui/dropped-files.js'
import { Notice } from '../../ui/notice.js'
import { TimeAgo } from '../../ui/time-ago.js'
import type { RepoProps } from './repo-frame.js'
import css from './upload.module.css'

const words = tf.upload

/** Uploads into this repository that a reload or a crash cut off, and the way to go on with them. */
export function ResumeNotice({ kind, ns, repo }: RepoProps) {
  const id = `${ns}/${repo}`
  const queryKey = ['interrupted', kind, id]
  const { data: interrupted = [] } = useQuery({ queryKey, queryFn: () => listInterrupted(kind, id), gcTime: 0 })
  const running = new Set(useUploads().map(({ request }) => memoryKey(request)))
  const client = useQueryClient()
  const navigate = useNavigate()
  const goOn = async (memory: UploadMemory, files: readonly DroppedFile[]) => {
    if (files.length === 0) return
    startUpload({ kind, id, rev: memory.rev, message: memory.message, files })
    await navigate({ to: at(kind, '/$ns/$repo/upload/$rev'), params: { ns, repo, rev: memory.rev }, search: {} })
  }
  return interrupted
    .filter(({ key }) => !running.has(key))
    .map((memory) => (
      <Notice key={memory.key} tone="warn">
        <div className={css.resume}>
          <p>
            <strong>
              {words.cutOff(memory.files.length, formatBytes(sumOf(memory)), formatBytes(arrivedOf(memory)))}
            </strong>{' '}
            <TimeAgo at={new Date(memory.savedAt)} />
          </p>
          <p className="muted">{words.cutHelp(namesOf(memory))}</p>
          <div className={css.resumeButtons}>
            {memory.files.every(({ handle }) => handle) && (
              <Button variant="primary" onClick={() => void reopen(memory).then((files) => goOn(memory, files))}>
                {words.goOn}
              </Button>
            )}
            <ChooseButton label={words.chooseAgain} onFiles={(files) => void goOn(memory, placed(memory, files))} />
            <Button
              variant="quiet"
              onClick={() => void forgetUpload(memory).then(() => client.invalidateQueries({ queryKey }))}
            >
              {words.forget}
            </Button>
          </div>
        </div>
      </Notice>
    ))
}

const sumOf = (memory: UploadMemory) => memory.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
const arrivedOf = (memory: UploadMemory) => memory.files.reduce((sum, file) => sum + arrivedBytes(file), 0)
const namesOf = ({ files }: UploadMemory) => {
  const names = files.slice(0, 3).map(({ path }) => path)
  return files.length > 3 ? `${names.join(', ')}, …` : names.join(', ')
}

/** Chosen files go where the remembered ones of the same name and size were to go. */
const placed = (memory: UploadMemory, files: readonly DroppedFile[]): DroppedFile[] =>
  files.map((one) => {
    const known = memory.files.find(
      ({ path, sizeBytes }) => sizeBytes === one.file.size && (path === one.path || path.endsWith(`/${one.path}`)),
    )
    return known ? { ...one, path: known.path } : one
  })

interface AskingHandle extends FileSystemFileHandle {
  requestPermission?: (options: { mode: 'read' }) => Promise<PermissionState>
}

/** The remembered files themselves, where the browser lets us back to them; the person is asked by it. */
async function reopen(memory: UploadMemory): Promise<DroppedFile[]> {
  const files: DroppedFile[] = []
  for (const { path, handle } of memory.files) {
    if (!handle) continue
    const asking = handle as AskingHandle
    if (asking.requestPermission && (await asking.requestPermission({ mode: 'read' })) !== 'granted') return []
    files.push({ path, file: await handle.getFile(), handle })
  }
  return files
}
