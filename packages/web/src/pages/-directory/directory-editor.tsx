import { type DirectoryView, directories } from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { directory as words } from '../../text/en/directory.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Row } from '../../ui/page.js'
import { ConfirmByName } from '../../ui/side-panel.js'
import { type DirectoryForm, EMPTY, readRules, toFields, toForm } from './directory-fields.js'
import { directoriesQuery } from './directory-queries.js'
import { TestDirectory } from './test-directory.js'
import { AccountFields, ConnectionFields, GroupFields, PeopleFields } from './directory-sections.js'

const isWhole = (text: string): boolean => /^\d{1,6}$/.test(text.trim())

function check(form: DirectoryForm): Partial<Record<keyof DirectoryForm, string>> {
  const { badLine } = readRules(form.rules)
  return {
    ...(form.name.trim() ? {} : { name: words.needName }),
    ...(/^ldaps?:\/\/[^/]/.test(form.url.trim()) ? {} : { url: words.needUrl }),
    ...(/^\(.*\{login\}.*\)$/s.test(form.filter.trim()) ? {} : { filter: words.needFilter }),
    ...(badLine === null ? {} : { rules: words.badRule(badLine) }),
    ...(isWhole(form.syncMinutes) ? {} : { syncMinutes: words.badNumber }),
    ...(isWhole(form.timeoutMs) ? {} : { timeoutMs: words.badNumber }),
  }
}

/** One directory: everything about it on one page, tried before it is saved. */
export function DirectoryEditor({ directory, onDone }: { directory: DirectoryView | undefined; onDone: () => void }) {
  const save = useAct({
    run: (form: DirectoryForm) => {
      const body = toFields(form)
      return directory
        ? api.call(directories.update, { params: { directoryId: directory.id }, body })
        : api.call(directories.create, { body })
    },
    refresh: [directoriesQuery.queryKey],
    say: ({ name }) => words.saved(name),
  })
  const form = useForm({
    initial: directory ? toForm(directory) : EMPTY,
    check,
    submit: (values) => save.mutateAsync(values),
    onDone,
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <ConnectionFields {...form} isKept={directory?.hasBindPassword === true} isNew={directory === undefined} />
      <PeopleFields {...form} />
      <GroupFields {...form} />
      <AccountFields {...form} />
      <TestDirectory form={form.values} directoryId={directory?.id} />
      <Row>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {words.save}
        </Button>
        <Button onClick={onDone}>{t.parts.cancel}</Button>
        {directory && <RemoveDirectory directory={directory} onDone={onDone} />}
      </Row>
    </form>
  )
}

function RemoveDirectory({ directory, onDone }: { directory: DirectoryView; onDone: () => void }) {
  const [isAsking, setAsking] = useState(false)
  const remove = useAct({
    run: () => api.call(directories.remove, { params: { directoryId: directory.id } }),
    refresh: [directoriesQuery.queryKey],
    say: () => words.removed(directory.name),
    after: onDone,
  })
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        {words.remove}
      </Button>
      {remove.error && <Notice tone="bad">{remove.error.message}</Notice>}
      <ConfirmByName
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={words.removeTitle(directory.name)}
        text={words.removeHelp}
        verb={words.remove}
        name={directory.name}
        busy={remove.isPending}
        onConfirm={() => {
          setAsking(false)
          remove.mutate()
        }}
      />
    </>
  )
}
