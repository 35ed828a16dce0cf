import { useQuery } from '@tanstack/react-query'
import { storageQuery } from '../../../lib/repo-queries.js'
import { t } from '../../../text/en.js'
import { Bytes } from '../../../ui/bytes.js'
import { Figure, Figures } from '../../../ui/figure.js'
import { Card, Section } from '../../../ui/page.js'
import type { RepoProps } from '../repo-frame.js'

const words = t.repo.settings

/** How much the repository holds, and how much of it is kept. */
export function StoredBytes({ kind, ns, repo }: RepoProps) {
  const { data } = useQuery(storageQuery(kind, `${ns}/${repo}`))
  if (!data) return null
  return (
    <Section title={words.storage}>
      <Card>
        <Figures>
          <Figure value={<Bytes value={data.logicalBytes} />} unit={words.storageLogical} />
          <Figure value={<Bytes value={data.uniqueBytes} />} unit={words.storageUnique} />
          <Figure value={<Bytes value={data.savedBytes} />} unit={words.storageSaved} />
        </Figures>
        <p className="muted">{words.storageHelp}</p>
      </Card>
    </Section>
  )
}
