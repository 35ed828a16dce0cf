import { listTokens, type ResponseOf, updateTokenNetworks } from '@stoa/contracts'
import { api } from '../../lib/api.js'
import { findBadNetwork, readNetworks } from '../../lib/networks.js'
import { useForm } from '../../lib/use-form.js'
import { useQueryClient } from '@tanstack/react-query'
import { tokens as words } from '../../text/en/tokens.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextArea } from '../../ui/field.js'
import { SidePanel } from '../../ui/side-panel.js'
import { useToast } from '../../ui/toast.js'

type Token = ResponseOf<typeof listTokens>[number]

/** Changes from where one of my tokens may be used. */
export function TokenNetworksPanel({ token, onClose }: { token: Token | null; onClose: () => void }) {
  return (
    <SidePanel isOpen={token !== null} onClose={onClose} title={words.networksOf(token?.name ?? '')}>
      {token && <NetworksForm key={token.id} token={token} onClose={onClose} />}
    </SidePanel>
  )
}

function NetworksForm({ token, onClose }: { token: Token; onClose: () => void }) {
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { networks: token.ipRanges.join('\n') },
    check: ({ networks }) => networkProblem(networks),
    submit: ({ networks }) =>
      api.call(updateTokenNetworks, { params: { tokenId: token.id }, body: { ipRanges: readNetworks(networks) } }),
    onDone: async () => {
      await client.invalidateQueries({ queryKey: [listTokens.id] })
      onClose()
      say(words.networksSaved)
    },
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
