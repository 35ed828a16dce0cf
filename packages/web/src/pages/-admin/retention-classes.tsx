import { AUDIT_CLASS, type RetentionClass, setRetention } from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { t } from '../../text/en.js'
import { admin } from '../../text/en/admin.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Section } from '../../ui/page.js'
import { SidePanel } from '../../ui/side-panel.js'
import { retentionQuery } from './admin-queries.js'

const words = admin.retention

export const nameOfClass = (name: string): string => (name === AUDIT_CLASS ? words.audit : name)
const showDays = (days: number): string => (days < 1 ? words.hours(Math.round(days * 24)) : words.days(days))

/** What is deleted by age, out of the register; a row opens to how long it is kept here. */
export function RetentionClasses({ classes }: { classes: readonly RetentionClass[] }) {
  const [opened, setOpened] = useState<string | null>(null)
  const shown = classes.find((one) => one.class === opened)
  return (
    <Section title={words.classes}>
      <DataTable
        name={words.classes}
        rows={classes}
        rowKey={(one) => one.class}
        selected={opened ?? undefined}
        onOpen={(one) => setOpened(one.class)}
        columns={[
          {
            id: 'class',
            head: words.name,
            cell: (one) => (one.class === AUDIT_CLASS ? words.audit : <code>{one.class}</code>),
            value: (one) => one.class,
          },
          {
            id: 'purposes',
            head: words.purposes,
            cell: (one) => one.purposes.join(', '),
            value: (one) => one.purposes.join(', '),
          },
          {
            id: 'register',
            head: words.register,
            cell: (one) => showDays(one.registerDays),
            value: (one) => one.registerDays,
            isNumeric: true,
          },
          {
            id: 'kept',
            head: words.kept,
            cell: (one) => showDays(one.days),
            value: (one) => one.days,
            isNumeric: true,
          },
        ]}
      />
      <SidePanel
        isOpen={shown !== undefined}
        onClose={() => setOpened(null)}
        title={words.changeTitle(nameOfClass(shown?.class ?? ''))}
      >
        {shown && <DaysForm key={shown.class} known={shown} onDone={() => setOpened(null)} />}
      </SidePanel>
    </Section>
  )
}

function DaysForm({ known, onDone }: { known: RetentionClass; onDone: () => void }) {
  const [text, setText] = useState(known.days === known.registerDays ? '' : String(known.days))
  const [wasTried, setTried] = useState(false)
  const isWrong = text.trim() !== '' && !/^\d{1,5}$/.test(text.trim())
  const save = useAct({
    run: (days: number | null) => api.call(setRetention, { params: { class: known.class }, body: { days } }),
    refresh: [retentionQuery.queryKey],
    say: () => words.saved,
    after: onDone,
  })
  return (
    <form
      className={formClass}
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (!isWrong) save.mutate(text.trim() === '' ? null : Number(text))
      }}
    >
      <ErrorSummary message={save.error?.message} />
      <TextField
        label={words.daysField}
        help={words.daysHelp(known.registerDays)}
        inputMode="numeric"
        autoComplete="off"
        value={text}
        error={wasTried && isWrong ? words.badDays : undefined}
        onChange={(event) => setText(event.target.value)}
      />
      <div>
        <Button type="submit" variant="primary" busy={save.isPending}>
          {t.parts.save}
        </Button>
      </div>
    </form>
  )
}
