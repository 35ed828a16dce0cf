import { addMember, orgMembers } from '@stoa/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { api } from '../../lib/api.js'
import { useForm } from '../../lib/use-form.js'
import { org as words } from '../../text/en/org.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { SidePanel } from '../../ui/side-panel.js'
import { useToast } from '../../ui/toast.js'
import type { MemberRole } from './org-queries.js'
import { RoleField } from './role-field.js'

/** Takes somebody with an account into the organisation; people without one are invited. */
export function AddMember({ org, isOpen, onClose }: { org: string; isOpen: boolean; onClose: () => void }) {
  return (
    <SidePanel isOpen={isOpen} onClose={onClose} title={words.addMember}>
      <AddForm org={org} onDone={onClose} />
    </SidePanel>
  )
}

function AddForm({ org, onDone }: { org: string; onDone: () => void }) {
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { user: '', role: 'read' as MemberRole },
    check: ({ user }) => (user.trim() ? {} : { user: words.needName }),
    submit: ({ user, role }) => api.call(addMember, { params: { name: org }, body: { user: user.trim(), role } }),
    onDone: async (member) => {
      await client.invalidateQueries({ queryKey: [orgMembers.id, org] })
      say(words.added(member.user))
      onDone()
    },
    fieldOf: { AccountNotFound: 'user', Conflict: 'user' },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.userName}
        autoFocus
        autoComplete="off"
        value={form.values.user}
        error={form.errors.user}
        onChange={(event) => form.set({ user: event.target.value })}
      />
      <RoleField value={form.values.role} onChange={(role) => form.set({ role })} />
      <Button type="submit" variant="primary" busy={form.isBusy}>
        {words.addMember}
      </Button>
    </form>
  )
}
