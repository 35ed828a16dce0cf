import { useState } from 'react'
import { useSession, writableAccounts } from '../../../lib/session.js'
import { t } from '../../../text/en.js'
import { Button } from '../../../ui/button.js'
import { ErrorSummary, SelectField } from '../../../ui/field.js'
import { Card, Section } from '../../../ui/page.js'
import { ConfirmByName } from '../../../ui/side-panel.js'
import type { RepoProps } from '../repo-frame.js'
import { useMove } from './use-move.js'

const words = t.repo.settings

/** The same repository under another owner, who pays for it and decides about it from then on. */
export function TransferRepo(place: RepoProps) {
  const others = writableAccounts(useSession()).filter(({ name }) => name.toLowerCase() !== place.ns.toLowerCase())
  const [owner, setOwner] = useState(others[0]?.name ?? '')
  const [isAsking, setAsking] = useState(false)
  const transfer = useMove(place, words.transferred)
  const id = `${place.ns}/${place.repo}`
  return (
    <Section title={words.transfer}>
      <Card tone="danger">
        <ErrorSummary message={transfer.error?.message} />
        {others.length === 0 ? (
          <p>{words.nobodyElse}</p>
        ) : (
          <>
            <SelectField
              label={words.newOwner}
              help={words.transferHelp}
              value={owner}
              options={others.map(({ name }) => ({ value: name, label: name }))}
              onChange={(event) => setOwner(event.target.value)}
            />
            <div>
              <Button variant="danger" onClick={() => setAsking(true)}>
                {words.transferTo(owner)}
              </Button>
            </div>
          </>
        )}
      </Card>
      <ConfirmByName
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => transfer.mutate(`${owner}/${place.repo}`, { onSettled: () => setAsking(false) })}
        title={words.transferTo(owner)}
        text={words.transferHelp}
        verb={words.transferTo(owner)}
        name={id}
        busy={transfer.isPending}
      />
    </Section>
  )
}
