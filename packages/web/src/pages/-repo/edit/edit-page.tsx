import { refuse, StoaError } from '@stoa/contracts'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { entryQuery, shownBytes, textQuery } from '../../../lib/file-queries.js'
import { headCommitQuery } from '../../../lib/repo-queries.js'
import { t } from '../../../text/en.js'
import { tf } from '../../../text/en/files.js'
import { Button } from '../../../ui/button.js'
import { ErrorState } from '../../../ui/error-state.js'
import { ErrorSummary } from '../../../ui/field.js'
import { Notice } from '../../../ui/notice.js'
import { Stack } from '../../../ui/page.js'
import { useToast } from '../../../ui/toast.js'
import { type RepoProps, useCanWrite } from '../repo-frame.js'
import { CommitForm, firstCommitValues } from './commit-form.js'
import { EditBody } from './edit-body.js'
import { EditHead } from './edit-head.js'
import { goToChange } from './go-to-change.js'
import { saveFile } from './save-file.js'
import { useDraft } from './use-draft.js'

const words = tf.edit

type Place = RepoProps & { rev: string; path: string }

/** A text file, opened to be changed where it stands. */
export function EditPage({ kind, ns, repo, rev, path }: Place) {
  const id = `${ns}/${repo}`
  const { data: entry } = useSuspenseQuery(entryQuery(kind, id, rev, path))
  const { data } = useSuspenseQuery(textQuery(kind, id, rev, path))
  if (entry?.type !== 'file') return <ErrorState error={refuse('EntryNotFound')} />
  if (data.text === undefined || entry.lfs || entry.size > shownBytes)
    return <Notice tone="warn">{words.notText}</Notice>
  return (
    <Editor
      {...{ kind, ns, repo, rev, path }}
      original={data.text}
      openedOid={entry.oid}
      parent={data.commit}
      isNew={false}
    />
  )
}

/** An empty file with a name still to be given. */
export function NewFilePage({ kind, ns, repo, rev, path }: Place) {
  const { data } = useSuspenseQuery(headCommitQuery(kind, `${ns}/${repo}`, rev, ''))
  return <Editor {...{ kind, ns, repo, rev, path }} original="" parent={data.commit?.id} isNew />
}

interface EditorProps extends Place {
  original: string
  openedOid?: string | undefined
  parent: string | undefined
  isNew: boolean
}

function Editor({ kind, ns, repo, rev, path, original, openedOid, parent, isNew }: EditorProps) {
  const place = { kind, ns, repo, rev }
  const id = `${ns}/${repo}`
  const canWrite = useCanWrite(ns)
  const [name, setName] = useState(isNew ? (path ? `${path}/` : '') : path)
  const draft = useDraft(`stoa.draft:${kind}:${id}:${rev}:${isNew ? '+' : ''}${path}`, original)
  const [values, setValues] = useState(() => firstCommitValues(canWrite))
  const [overwrite, setOverwrite] = useState(false)
  const client = useQueryClient()
  const navigate = useNavigate()
  const say = useToast()
  const to = name.trim().replace(/^\/+/, '')
  const message = values.message.trim() || (isNew ? words.createMessage(to) : words.editMessage(to))
  const save = useMutation({
    mutationFn: () =>
      saveFile(client, {
        ...{ kind, id, rev, ...values, message, to, openedOid },
        from: isNew ? null : path,
        text: draft.text,
        parent: overwrite ? undefined : parent,
      }),
    onSuccess: async ({ pullRequestUrl }) => {
      draft.finish()
      await goToChange({ navigate, say, client }, { ...place, path: to, title: words.saved(to), pullRequestUrl })
    },
  })
  const isConflict = save.error instanceof StoaError && save.error.code === 'RefConflict'
  const isChanged = draft.text !== original || (!isNew && to !== path) || isNew
  const canSave = isChanged && /[^/]$/.test(to) && to !== ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (canSave) save.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <EditHead {...place} name={name} onName={setName} isNew={isNew} />
        {draft.isRestored && (
          <Notice>
            {words.restored}{' '}
            <Button size="dense" onClick={draft.discard}>
              {words.discard}
            </Button>
          </Notice>
        )}
        <EditBody
          {...place}
          path={to || 'new.txt'}
          original={original}
          text={draft.text}
          onText={draft.setText}
          onSave={() => canSave && save.mutate()}
        />
        {isConflict ? (
          <Notice tone="warn" live>
            <p>{words.conflict}</p>
            <Button
              size="dense"
              onClick={() => {
                setOverwrite(true)
                save.reset()
              }}
            >
              {words.overwrite}
            </Button>
          </Notice>
        ) : (
          <ErrorSummary message={save.error?.message} />
        )}
        <CommitForm
          {...{ rev, values, canWrite }}
          onChange={setValues}
          placeholder={isNew ? words.createMessage(to) : words.editMessage(to)}
          actions={
            <Button type="submit" variant="primary" busy={save.isPending} disabled={!canSave}>
              {values.asPullRequest ? words.propose : t.repo.upload.into(rev)}
            </Button>
          }
        />
      </Stack>
    </form>
  )
}
