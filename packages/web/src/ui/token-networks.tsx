import { findBadNetwork, readNetworks } from '../lib/networks.js'
import { useForm } from '../lib/use-form.js'
import { tokens as words } from '../text/en/tokens.js'
import { Button } from './button.js'
import { ErrorSummary, formClass, TextArea } from './field.js'

interface FormProps {
  ipRanges: readonly string[]
  save: (ipRanges: string[]) => Promise<unknown>
  onDone: () => Promise<void> | void
}

/** Changes from where a token may be used. */
export function TokenNetworksForm({ ipRanges, save, onDone }: FormProps) {
  const form = useForm({
    initial: { networks: ipRanges.join('\n') },
    check: ({ networks }) => networkProblem(networks),
    submit: ({ networks }) => save(readNetworks(networks)),
    onDone,
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <NetworksField
        value={form.values.networks}
        error={form.errors.networks}
        onChange={(networks) => form.set({ networks })}
      />
      <div>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {words.saveNetworks}
        </Button>
      </div>
    </form>
  )
}

/** What is wrong with networks as typed, at their field. */
export function networkProblem(text: string): { networks?: string } {
  const bad = findBadNetwork(readNetworks(text))
  return bad === undefined ? {} : { networks: words.needNetwork(bad) }
}

interface FieldProps {
  value: string
  error: string | undefined
  onChange: (text: string) => void
}

/** Networks a token may be used from, as text. */
export function NetworksField({ value, error, onChange }: FieldProps) {
  return (
    <TextArea
      label={words.ownNetworks}
      help={words.ownNetworksHelp}
      optional
      rows={3}
      spellCheck={false}
      value={value}
      error={error}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
