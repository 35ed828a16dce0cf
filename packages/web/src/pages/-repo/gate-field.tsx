import type { GateField } from '@stoa/contracts'
import { gates as gatesText } from '../../text/en/gates.js'
import { CheckField, SelectField, TextField } from '../../ui/field.js'

interface Props {
  field: GateField
  value: string
  onChange: (value: string) => void
}

/** One question of a gate. */
export function GateFieldInput({ field, value, onChange }: Props) {
  const { label, type } = field
  if (type === 'checkbox') {
    const onTick = (isOn: boolean): void => onChange(isOn ? 'true' : '')
    return (
      <CheckField
        label={label}
        required
        checked={value === 'true'}
        onChange={(event) => onTick(event.target.checked)}
      />
    )
  }
  if (type === 'select' || type === 'country') {
    const offered = type === 'country' ? countries() : (field.options ?? [])
    const options = [{ value: '', label: gatesText.choose }, ...offered]
    return (
      <SelectField
        label={label}
        options={options}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    )
  }
  return (
    <TextField
      label={label}
      type={type === 'date_picker' ? 'date' : 'text'}
      required
      maxLength={2000}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
let known: { value: string; label: string }[] | undefined

/** Countries by their English names, as the browser knows them. */
function countries(): { value: string; label: string }[] {
  if (known) return known
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  const codes = ALPHABET.flatMap((first) => ALPHABET.map((second) => first + second))
  const found = new Set(codes.flatMap((code) => (isCountry(code) ? (names.of(code) ?? []) : [])))
  known = [...found].sort().map((name) => ({ value: name, label: name }))
  return known
}

/** Codes that browsers know beside countries: unions, the unknown, and places that codes were once kept for. */
const NO_COUNTRIES = new Set(['AC', 'CP', 'CQ', 'DG', 'EA', 'EU', 'EZ', 'IC', 'QO', 'TA', 'UN', 'XA', 'XB', 'ZZ'])
const isCountry = (code: string): boolean => !NO_COUNTRIES.has(code)
