import { useSession, writableAccounts } from '../../lib/session.js'
import { t } from '../../text/en.js'
import { SelectField } from '../../ui/field.js'

/** The account in the address if the person has it, else themselves. */
export function usePayer(asked: string | undefined): string {
  const session = useSession()
  const names = writableAccounts(session).map(({ name }) => name)
  return names.find((name) => name === asked) ?? names[0] ?? ''
}

/** Whose money is shown; nothing to choose for people without organisations. */
export function AccountPicker({ value, onChange }: { value: string; onChange: (name: string) => void }) {
  const names = writableAccounts(useSession()).map(({ name }) => name)
  if (names.length < 2) return null
  return (
    <SelectField
      label={t.money.account}
      hideLabel
      dense
      value={value}
      options={names.map((name) => ({ value: name, label: name }))}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
