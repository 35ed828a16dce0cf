import type { CsvResult } from '@stoa/contracts'
import { useState } from 'react'
import { useAct } from '../../lib/use-act.js'
import { invitations as words } from '../../text/en/invitations.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { ErrorSummary, Field, TextArea } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Row, Stack } from '../../ui/page.js'
import { useToast } from '../../ui/toast.js'
import { invitationKeys, type Place, uploadTo } from './place.js'

/** Lines that a table shows at once. */
const SHOWN_MAX = 200

/** Invites many: the file is checked first, line by line, then its good lines are written to. */
export function CsvForm({ place, onDone }: { place: Place; onDone: () => void }) {
  const [text, setText] = useState('')
  const [checked, setChecked] = useState<CsvResult | null>(null)
  const say = useToast()
  const check = useAct({
    run: () => uploadTo(place, { text, dryRun: true }),
    after: setChecked,
  })
  const send = useAct({
    run: () => uploadTo(place, { text, dryRun: false }),
    refresh: invitationKeys(place),
    after: (result) => {
      say(result.held > 0 ? words.held(result.held) : words.sentAll(result.good))
      onDone()
    },
  })
  const change = (next: string) => {
    setText(next)
    setChecked(null)
  }
  return (
    <Stack>
      <ErrorSummary message={(check.error ?? send.error)?.message} />
      <Field label={words.file} help={words.fileHelp}>
        {({ id, 'aria-describedby': described }) => (
          <input
            id={id}
            aria-describedby={described}
            type="file"
            accept=".csv,text/csv"
            onChange={({ target }) => void target.files?.[0]?.text().then(change)}
          />
        )}
      </Field>
      <TextArea
        label={words.orPaste}
        rows={5}
        placeholder={'name,email,role,groups\nAna,ana@example.org,write,'}
        value={text}
        onChange={(event) => change(event.target.value)}
      />
      <Row>
        <Button disabled={text.trim() === ''} busy={check.isPending} onClick={() => check.mutate()}>
          {words.check}
        </Button>
        {checked && checked.good > 0 && (
          <Button variant="primary" busy={send.isPending} onClick={() => send.mutate()}>
            {words.sendAll(checked.good)}
          </Button>
        )}
      </Row>
      {checked && <CheckedLines result={checked} />}
    </Stack>
  )
}

/** What is wrong first: those are the lines to look at. */
function CheckedLines({ result }: { result: CsvResult }) {
  const lines = result.lines.toSorted((a, b) => Number(a.problem === null) - Number(b.problem === null))
  return (
    <>
      <Notice tone={result.bad > 0 ? 'warn' : 'good'} live>
        {words.checked(result.good, result.bad)}
      </Notice>
      <DataTable
        name={words.file}
        rows={lines.slice(0, SHOWN_MAX)}
        rowKey={(line) => String(line.line)}
        columns={[
          { id: 'line', head: words.line, cell: (line) => line.line, value: (line) => line.line, isNumeric: true },
          { id: 'email', head: words.email, cell: (line) => line.email, value: (line) => line.email },
          {
            id: 'problem',
            head: words.problem,
            cell: (line) => (line.problem === null ? '' : words.problems[line.problem]),
            value: (line) => line.problem,
          },
        ]}
      />
    </>
  )
}
