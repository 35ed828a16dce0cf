import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { type UploadStep, uploadFiles } from '../../lib/upload-files.js'
import { t } from '../../text/en.js'
import { Button, IconButton } from '../../ui/button.js'
import { Bytes } from '../../ui/bytes.js'
import type { DroppedFile } from '../../ui/dropped-files.js'
import { Dropzone } from '../../ui/dropzone.js'
import { ErrorSummary, TextField } from '../../ui/field.js'
import { IconX } from '../../ui/icons.js'
import { Section, Stack } from '../../ui/page.js'
import { Progress } from '../../ui/progress.js'
import { useToast } from '../../ui/toast.js'
import type { RepoProps } from './repo-frame.js'
import css from './repo.module.css'
import { takeStagedFiles } from './staged-files.js'

const words = t.repo.upload

/** Chosen files, a message, one commit. */
export function UploadPage({ kind, ns, repo, rev }: RepoProps & { rev: string }) {
  const [files, setFiles] = useState<readonly DroppedFile[]>([])
  const [message, setMessage] = useState('')
  const [step, setStep] = useState<UploadStep | null>(null)
  const startedAt = useRef(0)
  const client = useQueryClient()
  const navigate = useNavigate()
  const say = useToast()
  useEffect(() => add(takeStagedFiles()), [])
  const add = (more: readonly DroppedFile[]) =>
    setFiles((before) => [...before.filter((old) => !more.some((one) => one.path === old.path)), ...more])
  const upload = useMutation({
    mutationFn: () => {
      startedAt.current = performance.now()
      return uploadFiles({
        kind,
        id: `${ns}/${repo}`,
        rev,
        files,
        message: message.trim() || words.messageDefault,
        onStep: setStep,
      })
    },
    onSuccess: async ({ files: count }) => {
      await client.invalidateQueries()
      const params = { ns, repo, rev, _splat: '' }
      await (kind === 'model'
        ? navigate({ to: '/$ns/$repo/tree/$rev/$', params })
        : navigate({ to: '/datasets/$ns/$repo/tree/$rev/$', params }))
      say(words.done(count))
    },
    onSettled: () => setStep(null),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (files.length > 0) upload.mutate()
  }
  return (
    <Section title={words.title}>
      <form onSubmit={submit}>
        <Stack>
          <ErrorSummary message={upload.error?.message} />
          <Dropzone onFiles={add} />
          {files.length > 0 && (
            <Staged files={files} onRemove={(path) => setFiles(files.filter((one) => one.path !== path))} />
          )}
          <TextField
            label={words.message}
            placeholder={words.messageDefault}
            value={message}
            onChange={(event) => setMessage(event.target.value)}
            maxLength={200}
          />
          {step && (
            <Progress
              label={words[step.phase]}
              doneBytes={step.doneBytes}
              totalBytes={step.totalBytes}
              startedAt={startedAt.current}
            />
          )}
          <div>
            <Button type="submit" variant="primary" disabled={files.length === 0} busy={upload.isPending}>
              {words.into(rev)}
            </Button>
          </div>
        </Stack>
      </form>
    </Section>
  )
}

function Staged({ files, onRemove }: { files: readonly DroppedFile[]; onRemove: (path: string) => void }) {
  return (
    <ul className={css.staged} aria-label={t.parts.files(files.length)}>
      {files.map(({ path, file }) => (
        <li key={path}>
          <code>{path}</code>
          <Bytes value={file.size} />
          <IconButton size="dense" label={t.parts.removeFile(path)} onClick={() => onRemove(path)}>
            <IconX size={16} stroke={1.75} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}
