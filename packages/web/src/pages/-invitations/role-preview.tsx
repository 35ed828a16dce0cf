import type { InvitationPreview } from '@stoa/contracts'
import { t } from '../../text/en.js'
import { invitations as words } from '../../text/en/invitations.js'
import { Card } from '../../ui/page.js'

const ACTS = [
  'createRepos',
  'writeAllRepos',
  'callModels',
  'seeMoney',
  'manageMoney',
  'readAudit',
  'manageOrg',
] as const satisfies readonly (keyof InvitationPreview['may'])[]

/** What an invited person will see and may do, in words. */
export function RolePreview({ preview, who }: { preview: InvitationPreview; who: string }) {
  const { role, sees, may, groups } = preview
  const list = (wanted: boolean) => ACTS.filter((act) => may[act] === wanted).map((act) => words.may[act])
  return (
    <Card>
      <h3>{words.preview(who)}</h3>
      {role === null ? (
        <p>{words.platformSees}</p>
      ) : (
        <>
          <p>
            <strong>{t.account.memberRole[role]}</strong>: {words.sees[sees]}
          </p>
          <Acts title={words.mayTitle} acts={list(true)} />
          <Acts title={words.mayNotTitle} acts={list(false)} />
          {groups.length > 0 && (
            <Acts
              title={words.groups}
              acts={groups.map((group) => words.group(group.name, t.account.memberRole[group.role], group.resources))}
            />
          )}
        </>
      )}
    </Card>
  )
}

function Acts({ title, acts }: { title: string; acts: readonly string[] }) {
  if (acts.length === 0) return null
  return (
    <p>
      <span className="muted">{title}:</span> {acts.join(', ')}.
    </p>
  )
}
