import { useState } from 'react'
import { audit as words } from '../../text/en/audit.js'
import { Button } from '../../ui/button.js'
import { SelectField, TextField } from '../../ui/field.js'
import { Row } from '../../ui/page.js'
import type { AuditSearch } from './audit-search.js'

const outcomes = ['success', 'denied', 'failed'] as const

/** The row of filters; each change is a new address. */
export function AuditFilters({ search, onSearch }: { search: AuditSearch; onSearch: (search: AuditSearch) => void }) {
  const put = (key: keyof AuditSearch, value: string) => {
    const { [key]: _, ...rest } = search
    onSearch(value === '' ? rest : { ...rest, [key]: value })
  }
  return (
    <Row>
      <SelectField
        label={words.action}
        dense
        value={search.action ?? ''}
        options={[
          { value: '', label: words.allActions },
          ...Object.entries(words.areas).map(([value, label]) => ({ value, label })),
        ]}
        onChange={(event) => put('action', event.target.value)}
      />
      <SelectField
        label={words.outcome}
        dense
        value={search.outcome ?? ''}
        options={[
          { value: '', label: words.anyOutcome },
          ...outcomes.map((value) => ({ value, label: words.outcomes[value] })),
        ]}
        onChange={(event) => put('outcome', event.target.value)}
      />
      <Typed label={words.filterWho} value={search.actor ?? ''} onDone={(value) => put('actor', value)} />
      <Typed label={words.filterTarget} value={search.target ?? ''} onDone={(value) => put('target', value)} />
      <TextField
        label={words.from}
        dense
        type="date"
        value={search.from ?? ''}
        onChange={(event) => put('from', event.target.value)}
      />
      <TextField
        label={words.to}
        dense
        type="date"
        value={search.to ?? ''}
        onChange={(event) => put('to', event.target.value)}
      />
      {Object.keys(search).length > 0 && (
        <Button variant="quiet" size="dense" onClick={() => onSearch({})}>
          {words.clear}
        </Button>
      )}
    </Row>
  )
}

/** A text that is asked for when it is finished: on Enter, or when the field is left. */
function Typed({ label, value, onDone }: { label: string; value: string; onDone: (value: string) => void }) {
  const [typed, setTyped] = useState(value)
  const finish = () => {
    if (typed.trim() !== value) onDone(typed.trim())
  }
  return (
    <TextField
      label={label}
      dense
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish()
      }}
    />
  )
}
