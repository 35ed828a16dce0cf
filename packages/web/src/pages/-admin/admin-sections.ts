import type { PlatformAccount, SessionView } from '@stoa/contracts'
import { admin as words } from '../../text/en/admin.js'
import { policy } from '../../text/en/security.js'
import type { AreaSection } from '../../ui/area.js'

type Duty = PlatformAccount['duties'][number]
const ACCOUNTS: readonly Duty[] = ['owner', 'operator', 'trust_lead', 'moderator', 'support', 'auditor']
const OWNER: readonly Duty[] = ['owner']

/** Pages of those who run the platform, in order, and who is shown them. A page appears as soon as its route exists. */
const ADMIN_SECTIONS: readonly (AreaSection & { readonly for: readonly Duty[] })[] = [
  { to: '/admin', label: words.sections.overview, for: OWNER },
  { to: '/admin/users', label: words.sections.users, for: ACCOUNTS },
  { to: '/admin/organizations', label: words.sections.orgs, for: ACCOUNTS },
  { to: '/admin/invitations', label: words.sections.invitations, for: OWNER },
  { to: '/admin/letters', label: words.sections.letters, for: OWNER },
  { to: '/admin/settings', label: words.sections.settings, for: OWNER },
  { to: '/admin/two-factor', label: policy.title, for: OWNER },
  { to: '/admin/sign-on', label: words.sections.signOn, for: OWNER },
  { to: '/admin/directory', label: words.sections.directory, for: OWNER },
  { to: '/admin/jobs', label: words.sections.jobs, for: OWNER },
  { to: '/admin/storage', label: words.sections.storage, for: OWNER },
  { to: '/admin/emergency', label: words.sections.breakGlass, for: ['owner', 'operator', 'trust_lead'] },
  { to: '/admin/retention', label: words.sections.retention, for: OWNER },
  { to: '/admin/audit', label: words.sections.audit, for: ['owner', 'auditor'] },
]

/** What of it this person is shown; the server decides again on every request. */
export function adminSections(session: SessionView): readonly AreaSection[] {
  const { user } = session
  const held = new Set<Duty>([...(user?.isAdmin ? OWNER : []), ...(user?.duties ?? [])])
  return ADMIN_SECTIONS.filter((section) => section.for.some((duty) => held.has(duty)))
}
