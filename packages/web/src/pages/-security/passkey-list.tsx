import { type PasskeyView, removePasskey, renamePasskey } from '@stoa/contracts'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useRefreshFactors } from '../../lib/factor-queries.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { security as words } from '../../text/en/security.js'
import { Badge } from '../../ui/badge.js'
import { Button, IconButton } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { IconPencil, IconTrash } from '../../ui/icons.js'
import { ConfirmByName, SidePanel } from '../../ui/side-panel.js'
import { TimeAgo } from '../../ui/time-ago.js'
import css from './security.module.css'

const icon = { size: 16, stroke: 1.75, 'aria-hidden': true } as const

/** Passkeys with their names, to be renamed and removed. */
export function PasskeyList({ passkeys, isLastFactor }: { passkeys: readonly PasskeyView[]; isLastFactor: boolean }) {
  const [renamed, setRenamed] = useState<PasskeyView | null>(null)
  const [removed, setRemoved] = useState<PasskeyView | null>(null)
  const refresh = useRefreshFactors()
  const remove = useMutation({
    mutationFn: (passkeyId: string) => api.call(removePasskey, { params: { passkeyId } }),
    onSuccess: async () => {
      setRemoved(null)
      await refresh()
    },
  })
  return (
    <>
      <ul className={css.keys}>
        {passkeys.map((passkey) => (
          <li key={passkey.id}>
            <span className={css.keyName}>
              {passkey.name} {passkey.isSynced && <Badge>{words.synced}</Badge>}
              <small>
                {t.account.lastUsed}: {passkey.lastUsedAt ? <TimeAgo at={passkey.lastUsedAt} /> : words.neverUsed}
              </small>
            </span>
            <span className={css.keyActions}>
              <IconButton label={`${words.rename}: ${passkey.name}`} onClick={() => setRenamed(passkey)}>
                <IconPencil {...icon} />
              </IconButton>
              <IconButton label={`${words.remove}: ${passkey.name}`} onClick={() => setRemoved(passkey)}>
                <IconTrash {...icon} />
              </IconButton>
            </span>
          </li>
        ))}
      </ul>
      <SidePanel isOpen={renamed !== null} onClose={() => setRenamed(null)} title={words.rename} shape="modal">
        {renamed && <RenameForm passkey={renamed} onDone={() => setRenamed(null)} />}
      </SidePanel>
      <ConfirmByName
        isOpen={removed !== null}
        onClose={() => setRemoved(null)}
        onConfirm={() => removed && remove.mutate(removed.id)}
        title={words.removePasskey(removed?.name ?? '')}
        text={isLastFactor ? `${words.removePasskeyText} ${words.lastFactorText}` : words.removePasskeyText}
        verb={words.remove}
        busy={remove.isPending}
      />
    </>
  )
}

function RenameForm({ passkey, onDone }: { passkey: PasskeyView; onDone: () => void }) {
  const refresh = useRefreshFactors()
  const form = useForm({
    initial: { name: passkey.name },
    check: ({ name }) => (name.trim() ? {} : { name: words.needPasskeyName }),
    submit: ({ name }) => api.call(renamePasskey, { params: { passkeyId: passkey.id }, body: { name: name.trim() } }),
    onDone: async () => {
      await refresh()
      onDone()
    },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.passkeyName}
        maxLength={80}
        autoFocus
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      <Button type="submit" variant="primary" busy={form.isBusy}>
        {words.rename}
      </Button>
    </form>
  )
}
