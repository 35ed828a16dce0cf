import { useNavigate } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import type { Upload } from '../../lib/uploads/upload.js'
import { removeUpload, startUpload, useUploads } from '../../lib/uploads/upload-store.js'
import { formatBytes } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { tf } from '../../text/en/files.js'
import { Button, IconButton } from '../../ui/button.js'
import { Bytes } from '../../ui/bytes.js'
import { DropPage } from '../../ui/drop-page.js'
import type { DroppedFile } from '../../ui/dropped-files.js'
import { Dropzone } from '../../ui/dropzone.js'
import { IconX } from '../../ui/icons.js'
import { Section, Stack } from '../../ui/page.js'
import { useToast } from '../../ui/toast.js'
import { UploadProgress } from '../../ui/upload-progress.js'
import { CommitForm, type CommitValues, firstCommitValues } from './edit/commit-form.js'
import { goToChange } from './edit/go-to-change.js'
import { type RepoProps, useCanWrite } from './repo-frame.js'
import { ResumeNotice } from './resume-notice.js'
import { takeStagedFiles } from './staged-files.js'
import css from './upload.module.css'

const words = t.repo.upload

type Props = RepoProps & { rev: string; folder?: string | undefined }

/** Chosen files, a message, one commit; or the upload that is on its way. */
export function UploadPage({ kind, ns, repo, rev, folder }: Props) {
  const id = `${ns}/${repo}`
  const mine = useUploads().find(({ request }) => request.kind === kind && request.id === id && request.rev === rev)
  useFinish(mine, { kind, ns, repo }, rev)
  if (mine)
    return (
      <Section title={words.under}>
        <Stack>
          <UploadProgress upload={mine} />
          <Files files={mine.request.files} sentByPath={mine.sentByPath} />
          <p className="muted">{tf.upload.mayLeave}</p>
        </Stack>
      </Section>
    )
  return (
    <Section title={words.title}>
      <Stack>
        <ResumeNotice {...{ kind, ns, repo }} />
        <Choose {...{ kind, ns, repo, rev, folder }} />
      </Stack>
    </Section>
  )
}

/** An upload that ends while its page is open leads to what it made. */
function useFinish(upload: Upload | undefined, place: RepoProps, rev: string): void {
  const navigate = useNavigate()
  const client = useQueryClient()
  const say = useToast()
  const result = upload?.phase === 'done' ? upload.result : undefined
  useEffect(() => {
    if (!upload || !result) return
    const leave = async () => {
      const title = words.done(upload.request.files.length)
      await goToChange({ navigate, say, client }, { ...place, rev, title, pullRequestUrl: result.pullRequestUrl })
      await removeUpload(upload.key)
    }
    void leave()
  }, [result])
}

function Choose({ kind, ns, repo, rev, folder }: Props) {
  const canWrite = useCanWrite(ns)
  const [files, setFiles] = useState<readonly DroppedFile[]>([])
  const [values, setValues] = useState<CommitValues>(() => firstCommitValues(canWrite))
  useEffect(() => setFiles((before) => merge(before, takeStagedFiles())), [])
  const add = (more: readonly DroppedFile[]) =>
    setFiles((before) =>
      merge(
        before,
        more.map((one) => (folder ? { ...one, path: `${folder}/${one.path}` } : one)),
      ),
    )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (files.length === 0) return
    startUpload({
      ...{ kind, id: `${ns}/${repo}`, rev, files, asPullRequest: values.asPullRequest },
      message: values.message.trim() || words.messageDefault,
      description: values.description.trim(),
    })
  }
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0)
  return (
    <form onSubmit={submit}>
      <Stack>
        <Dropzone onFiles={add} />
        <DropPage onFiles={add} />
        {files.length > 0 && (
          <div>
            <div className={css.stagedHead}>
              <span>{t.parts.files(files.length)}</span>
              <span>{formatBytes(bytes)}</span>
            </div>
            <Files files={files} onRemove={(path) => setFiles(files.filter((one) => one.path !== path))} />
          </div>
        )}
        <CommitForm
          {...{ rev, values, canWrite }}
          onChange={setValues}
          placeholder={words.messageDefault}
          actions={
            <Button type="submit" variant="primary" disabled={files.length === 0}>
              {values.asPullRequest ? tf.edit.propose : words.into(rev)}
            </Button>
          }
        />
      </Stack>
    </form>
  )
}

const merge = (before: readonly DroppedFile[], more: readonly DroppedFile[]) => [
  ...before.filter((old) => !more.some((one) => one.path === old.path)),
  ...more,
]

interface FilesProps {
  files: readonly DroppedFile[]
  sentByPath?: Readonly<Record<string, number>>
  onRemove?: (path: string) => void
}

function Files({ files, sentByPath = {}, onRemove }: FilesProps) {
  return (
    <ul className={css.staged} aria-label={t.parts.files(files.length)} tabIndex={0}>
      {files.map(({ path, file }) => (
        <li key={path}>
          <code title={path}>{path}</code>
          {path in sentByPath ? (
            <progress value={sentByPath[path]} max={Math.max(file.size, 1)} aria-label={tf.upload.sent(path)} />
          ) : (
            <Bytes value={file.size} />
          )}
          {onRemove && (
            <IconButton size="dense" label={t.parts.removeFile(path)} onClick={() => onRemove(path)}>
              <IconX size={16} stroke={1.75} aria-hidden />
            </IconButton>
          )}
        </li>
      ))}
    </ul>
  )
}
