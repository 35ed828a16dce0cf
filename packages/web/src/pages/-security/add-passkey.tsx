import { addPasskey, startPasskey } from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useRefreshFactors } from '../../lib/factor-queries.js'
import { makePasskey } from '../../lib/passkeys.js'
import { useForm } from '../../lib/use-form.js'
import { security as words } from '../../text/en/security.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { SidePanel } from '../../ui/side-panel.js'
import { useToast } from '../../ui/toast.js'
import { RecoveryCodes } from './recovery-codes.js'

/** Adds a passkey: a name, the browser's own question, and recovery codes with the first factor. */
export function AddPasskeyPanel({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const close = () => {
    setCodes(null)
    onClose()
  }
  return (
    <SidePanel isOpen={isOpen} onClose={close} title={codes ? words.recovery : words.addPasskey}>
      {codes ? <RecoveryCodes codes={codes} onClose={close} /> : <AddPasskey onCodes={setCodes} onClose={close} />}
    </SidePanel>
  )
}

function AddPasskey({ onCodes, onClose }: { onCodes: (codes: readonly string[]) => void; onClose: () => void }) {
  const refresh = useRefreshFactors()
  const say = useToast()
  const form = useForm({
    initial: { name: '' },
    check: ({ name }) => (name.trim() ? {} : { name: words.needPasskeyName }),
    submit: async ({ name }) => {
      const response = await makePasskey(await api.call(startPasskey, {}))
      return api.call(addPasskey, { body: { name: name.trim(), response } })
    },
    onDone: async ({ recoveryCodes }) => {
      say(words.passkeyAdded)
      await refresh()
      if (recoveryCodes) onCodes(recoveryCodes)
      else onClose()
    },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <p className="muted">{words.passkeysHelp}</p>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.passkeyName}
        help={words.passkeyNameHelp}
        maxLength={80}
        autoComplete="off"
        autoFocus
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <Button type="submit" variant="primary" busy={form.isBusy}>
        {words.makePasskey}
      </Button>
    </form>
  )
}
