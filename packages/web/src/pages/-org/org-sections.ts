import type { SessionView } from '@stoa/contracts'
import { org as words } from '../../text/en/org.js'
import { policy } from '../../text/en/security.js'
import type { AreaSection } from '../../ui/area.js'

type Viewer = 'admin' | 'auditor' | 'member'
const at = (page: string) => `/organizations/$name/settings${page}`

/** Pages of an organisation's settings, in order. A page appears here as soon as its route exists. */
const ORG_SECTIONS: readonly (AreaSection & { readonly for: readonly Viewer[] })[] = [
  { to: at('/profile'), label: words.sections.profile, for: ['admin'] },
  { to: at('/members'), label: words.sections.members, for: ['admin', 'member'] },
  { to: at('/roles'), label: words.sections.roles, for: ['admin', 'member'] },
  { to: at('/groups'), label: words.sections.groups, for: ['admin', 'member'] },
  { to: at('/service-accounts'), label: words.sections.services, for: ['admin'] },
  { to: at('/sign-on'), label: words.sections.signOn, for: ['admin'] },
  { to: at('/two-factor'), label: policy.title, for: ['admin'] },
  { to: at('/provisioning'), label: words.sections.provisioning, for: ['admin'] },
  { to: at('/tokens'), label: words.sections.tokens, for: ['admin'] },
  { to: at('/invitations'), label: words.sections.invitations, for: ['admin'] },
  { to: at('/audit'), label: words.sections.audit, for: ['admin', 'auditor'] },
  { to: at('/danger'), label: words.sections.danger, for: ['admin', 'member'] },
]

/** What of it this person is shown; the server decides again on every request. */
export function orgSections(session: SessionView, name: string): readonly AreaSection[] {
  const membership = session.orgs.find((org) => org.name.toLowerCase() === name.toLowerCase())
  const seen = new Set<Viewer>()
  if (membership) seen.add('member')
  if (membership?.role === 'admin') seen.add('admin')
  if (membership?.duties.includes('auditor') || session.user?.isAdmin || session.user?.duties.includes('auditor'))
    seen.add('auditor')
  return ORG_SECTIONS.filter((section) => section.for.some((viewer) => seen.has(viewer)))
}
