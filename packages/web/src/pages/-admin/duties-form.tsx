import { PLATFORM_DUTIES, type PlatformAccount, setPlatformDuties } from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { admin } from '../../text/en/admin.js'
import { Button } from '../../ui/button.js'
import { CheckField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Section } from '../../ui/page.js'
import { refreshOf } from './refresh-account.js'

const words = admin.accounts
type Duty = (typeof PLATFORM_DUTIES)[number]

/** What somebody does for the platform; which duties exclude one another the server says when it refuses. */
export function DutiesForm({ account, isMe }: { account: PlatformAccount; isMe: boolean }) {
  const { name } = account
  const [duties, setDuties] = useState<readonly Duty[]>(account.duties)
  const save = useAct({
    run: () => api.call(setPlatformDuties, { params: { name }, body: { duties: [...duties] } }),
    refresh: refreshOf(name),
    say: () => words.dutiesSaved(name),
  })
  const toggle = (duty: Duty) => {
    save.reset()
    setDuties((held) => (held.includes(duty) ? held.filter((one) => one !== duty) : [...held, duty]))
  }
  return (
    <Section title={words.platformDuties}>
      <p className="muted">{isMe ? words.ownDuties : words.dutiesHelp}</p>
      {PLATFORM_DUTIES.map((duty) => (
        <CheckField
          key={duty}
          label={words.duty[duty]}
          checked={duties.includes(duty)}
          disabled={isMe}
          onChange={() => toggle(duty)}
        />
      ))}
      {save.error && (
        <Notice tone="bad" live>
          {save.error.message}
        </Notice>
      )}
      {!isMe && (
        <p>
          <Button busy={save.isPending} onClick={() => save.mutate()}>
            {words.saveDuties}
          </Button>
        </p>
      )}
    </Section>
  )
}
