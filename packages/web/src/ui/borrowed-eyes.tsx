import { endImpersonation } from '@stoa/contracts'
import { useMutation } from '@tanstack/react-query'
import { api } from '../lib/api.js'
import { t } from '../text/en.js'
import { Button } from './button.js'
import { IconAlertTriangle } from './icons.js'
import css from './shell.module.css'

/** An admin sees what this user sees, and can go back to being themselves. */
export function BorrowedEyes({ user }: { user: string }) {
  const back = useMutation({
    mutationFn: () => api.call(endImpersonation, {}),
    // Everything on the page belongs to the other person.
    onSuccess: () => window.location.assign('/'),
  })
  return (
    <div className={css.banner} data-tone="bad" role="status">
      <IconAlertTriangle size={16} stroke={1.75} aria-hidden />
      {t.shell.borrowedEyes(user)}
      <Button size="dense" busy={back.isPending} onClick={() => back.mutate()}>
        {t.shell.ownEyes}
      </Button>
    </div>
  )
}
