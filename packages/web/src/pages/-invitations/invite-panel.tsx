import { useState } from 'react'
import { invitations as words } from '../../text/en/invitations.js'
import { ChoiceField } from '../../ui/field.js'
import { SidePanel } from '../../ui/side-panel.js'
import { CsvForm } from './csv-form.js'
import { InviteForm } from './invite-form.js'
import type { Place } from './place.js'

type How = 'link' | 'letter' | 'csv'

/** The three ways to invite. */
export function InvitePanel({ place, isOpen, onClose }: { place: Place; isOpen: boolean; onClose: () => void }) {
  const [how, setHow] = useState<How>('link')
  return (
    <SidePanel isOpen={isOpen} onClose={onClose} title={words.inviteTitle(place)}>
      <ChoiceField
        legend={words.how}
        name="how"
        value={how}
        onChange={setHow}
        choices={[
          { value: 'link', label: words.byLink, help: words.byLinkHelp },
          { value: 'letter', label: words.byLetter, help: words.byLetterHelp },
          { value: 'csv', label: words.byCsv, help: words.byCsvHelp },
        ]}
      />
      {how === 'csv' ? (
        <CsvForm place={place} onDone={onClose} />
      ) : (
        <InviteForm key={how} place={place} deliver={how} onDone={onClose} />
      )}
    </SidePanel>
  )
}
