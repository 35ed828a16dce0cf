import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { postCommit, removePath } from '../../../lib/post-commit.js'
import { t } from '../../../text/en.js'
import { tf } from '../../../text/en/files.js'
import { Button } from '../../../ui/button.js'
import { ErrorSummary } from '../../../ui/field.js'
import { SidePanel } from '../../../ui/side-panel.js'
import { useToast } from '../../../ui/toast.js'
import { type RepoProps, useCanWrite } from '../repo-frame.js'
import { CommitForm, firstCommitValues } from './commit-form.js'
import { goToChange } from './go-to-change.js'

const words = tf.edit

interface Props extends RepoProps {
  rev: string
  path: string
  isFolder?: boolean
  isOpen: boolean
  onClose: () => void
}

/** Asks for the commit that removes a file or folder. The history keeps it. */
export function DeletePath({ kind, ns, repo, rev, path, isFolder = false, isOpen, onClose }: Props) {
  const canWrite = useCanWrite(ns)
  const [values, setValues] = useState(() => firstCommitValues(canWrite))
  const client = useQueryClient()
  const navigate = useNavigate()
  const say = useToast()
  const message = values.message.trim() || words.deleteMessage(path)
  const remove = useMutation({
    mutationFn: () => postCommit({ kind, id: `${ns}/${repo}`, rev, ...values, message }, [removePath(path, isFolder)]),
    onSuccess: async ({ pullRequestUrl }) => {
      onClose()
      const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')))
      await goToChange(
        { navigate, say, client },
        { kind, ns, repo, rev, folder, title: words.deleted(path), pullRequestUrl },
      )
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    remove.mutate()
  }
  return (
    <SidePanel isOpen={isOpen} onClose={onClose} title={words.deleteTitle(path.split('/').pop() ?? path)} shape="modal">
      <form onSubmit={submit}>
        <ErrorSummary message={remove.error?.message} />
        <p className="muted">{isFolder ? words.deleteFolderHelp : words.deleteHelp}</p>
        <CommitForm
          {...{ rev, values, canWrite }}
          onChange={setValues}
          placeholder={words.deleteMessage(path)}
          actions={
            <>
              <Button onClick={onClose}>{t.parts.cancel}</Button>
              <Button type="submit" variant="danger" busy={remove.isPending}>
                {values.asPullRequest ? words.propose : isFolder ? t.repo.deleteFolder : words.deleteFile}
              </Button>
            </>
          }
        />
      </form>
    </SidePanel>
  )
}
