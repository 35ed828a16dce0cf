import { createBranch, createTag } from '@stoa/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../../../lib/api.js'
import { refsQuery, repoParams } from '../../../lib/repo-queries.js'
import { useForm } from '../../../lib/use-form.js'
import { tf } from '../../../text/en/files.js'
import { Button } from '../../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../../ui/field.js'
import { SidePanel } from '../../../ui/side-panel.js'
import { useToast } from '../../../ui/toast.js'
import type { RepoProps } from '../repo-frame.js'

const words = tf.refs

/** Names a new branch or tag and where it begins. */
export function NewRef({ kind, ns, repo, what, onClose }: RepoProps & { what: 'branch' | 'tag'; onClose: () => void }) {
  const id = `${ns}/${repo}`
  const client = useQueryClient()
  const say = useToast()
  const { data: refs } = useQuery(refsQuery(kind, id))
  const form = useForm({
    initial: { name: '', from: 'main', message: '' },
    check: ({ name, from }) => ({
      ...(/^[^\s~^:?*[\\]+$/.test(name.trim()) && !name.includes('..') ? {} : { name: words.badName }),
      ...(from.trim() ? {} : { from: words.fromNeeded }),
    }),
    submit: ({ name, from, message }) => {
      const params = { ...repoParams(kind, id) }
      return what === 'branch'
        ? api.call(createBranch, { params: { ...params, rev: name.trim() }, body: { startingPoint: from.trim() } })
        : api.call(createTag, {
            params: { ...params, rev: from.trim() },
            body: { tag: name.trim(), ...(message.trim() ? { message: message.trim() } : {}) },
          })
    },
    fieldOf: { RefExists: 'name', InvalidRefName: 'name', RevisionNotFound: 'from' },
    onDone: async (_result, { name }) => {
      await client.invalidateQueries({ queryKey: refsQuery(kind, id).queryKey })
      onClose()
      say(words.made(name.trim()))
    },
  })
  const title = what === 'branch' ? words.newBranch : words.newTag
  return (
    <SidePanel isOpen onClose={onClose} title={title} shape="modal">
      <form className={formClass} onSubmit={form.onSubmit} noValidate>
        <ErrorSummary message={form.message} />
        <TextField
          label={words.name}
          error={form.errors.name}
          placeholder={what === 'branch' ? 'experiment/fp8' : 'v1.0'}
          value={form.values.name}
          onChange={(event) => form.set({ name: event.target.value })}
          autoFocus
          autoComplete="off"
        />
        <TextField
          label={words.from}
          help={words.fromHelp}
          error={form.errors.from}
          value={form.values.from}
          onChange={(event) => form.set({ from: event.target.value })}
          list="refs-known"
          autoComplete="off"
        />
        <datalist id="refs-known">
          {[...(refs?.branches ?? []), ...(refs?.tags ?? [])].map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {what === 'tag' && (
          <TextField
            label={words.message}
            optional
            value={form.values.message}
            onChange={(event) => form.set({ message: event.target.value })}
          />
        )}
        <div>
          <Button type="submit" variant="primary" busy={form.isBusy}>
            {title}
          </Button>
        </div>
      </form>
    </SidePanel>
  )
}
