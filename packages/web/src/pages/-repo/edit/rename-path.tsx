import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { movePath, postCommit } from '../../../lib/post-commit.js'
import { t } from '../../../text/en.js'
import { tf } from '../../../text/en/files.js'
import { Button } from '../../../ui/button.js'
import { ErrorSummary, TextField } from '../../../ui/field.js'
import { SidePanel } from '../../../ui/side-panel.js'
import { useToast } from '../../../ui/toast.js'
import { type RepoProps, useCanWrite } from '../repo-frame.js'
import { CommitForm, firstCommitValues } from './commit-form.js'
import { goToChange } from './go-to-change.js'

const words = tf.edit

interface Props extends RepoProps {
  rev: string
  path: string
  isOpen: boolean
  onClose: () => void
}

/** Gives a file another name or folder; its bytes stay where they are, however large. */
export function RenamePath({ kind, ns, repo, rev, path, isOpen, onClose }: Props) {
  const canWrite = useCanWrite(ns)
  const [to, setTo] = useState(path)
  const [values, setValues] = useState(() => firstCommitValues(canWrite))
  const client = useQueryClient()
  const navigate = useNavigate()
  const say = useToast()
  const target = to.trim().replace(/^\/+/, '')
  const message = values.message.trim() || words.renameMessage(path, target)
  const rename = useMutation({
    mutationFn: () => postCommit({ kind, id: `${ns}/${repo}`, rev, ...values, message }, movePath(path, target)),
    onSuccess: async ({ pullRequestUrl }) => {
      onClose()
      const place = { kind, ns, repo, rev, path: target }
      await goToChange({ navigate, say, client }, { ...place, title: words.renamed(target), pullRequestUrl })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (target && target !== path) rename.mutate()
  }
  return (
    <SidePanel isOpen={isOpen} onClose={onClose} title={words.renameTitle} shape="modal">
      <form onSubmit={submit}>
        <ErrorSummary message={rename.error?.message} />
        <TextField
          label={words.newPath}
          help={words.newPathHelp}
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
        <CommitForm
          {...{ rev, values, canWrite }}
          onChange={setValues}
          placeholder={words.renameMessage(path, target)}
          actions={
            <>
              <Button onClick={onClose}>{t.parts.cancel}</Button>
              <Button type="submit" variant="primary" busy={rename.isPending} disabled={!target || target === path}>
                {values.asPullRequest ? words.propose : words.rename}
              </Button>
            </>
          }
        />
      </form>
    </SidePanel>
  )
}
