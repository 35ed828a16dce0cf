import { type FormEvent, useState } from 'react'
import { t } from '../../../text/en.js'
import { Button } from '../../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../../ui/field.js'
import { Card, Section } from '../../../ui/page.js'
import type { RepoProps } from '../repo-frame.js'
import { useMove } from './use-move.js'

const words = t.repo.settings
const namePattern = /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/

/** Another name under the same owner. */
export function RenameRepo(place: RepoProps) {
  const [name, setName] = useState(place.repo)
  const rename = useMove(place, words.renamedTo)
  const next = name.trim()
  const isBad = next !== '' && !namePattern.test(next)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (next && !isBad && next !== place.repo) rename.mutate(`${place.ns}/${next}`)
  }
  return (
    <Section title={words.rename}>
      <Card>
        <form className={formClass} onSubmit={submit}>
          <ErrorSummary message={rename.error?.message} />
          <TextField
            label={words.newName}
            help={words.renameHelp}
            error={isBad ? t.repo.create.nameBad : undefined}
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="off"
          />
          <div>
            <Button type="submit" busy={rename.isPending} disabled={!next || isBad || next === place.repo}>
              {words.renameSubmit}
            </Button>
          </div>
        </form>
      </Card>
    </Section>
  )
}
