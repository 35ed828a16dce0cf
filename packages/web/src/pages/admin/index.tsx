import type { SwitchView } from '@stoa/contracts'
import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute, Link } from '@tanstack/react-router'
import { sessionQuery, useSession } from '../../lib/session.js'
import { admin as words } from '../../text/en/admin.js'
import { FirstSection } from '../../ui/area.js'
import { Badge } from '../../ui/badge.js'
import { Bytes } from '../../ui/bytes.js'
import { CopyText } from '../../ui/copy-text.js'
import { DataTable } from '../../ui/data-table.js'
import { Card, Facts, PageHeader, Section, Stack } from '../../ui/page.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { overviewQuery } from '../-admin/admin-queries.js'
import { adminSections } from '../-admin/admin-sections.js'

export const Route = createFileRoute('/admin/')({
  loader: async ({ context }) => {
    const { user } = await context.queryClient.ensureQueryData(sessionQuery)
    if (user?.isAdmin) await context.queryClient.ensureQueryData(overviewQuery)
  },
  component: Home,
})

/** Owners see what is switched on; others the first page of their duty. */
function Home() {
  const session = useSession()
  const others = adminSections(session).filter(({ to }) => to !== '/admin')
  return session.user?.isAdmin ? <Overview /> : <FirstSection sections={others} />
}

function Overview() {
  const { data } = useSuspenseQuery(overviewQuery)
  const outside = [...new Set(data.switches.flatMap((one) => one.outside))]
  return (
    <Stack>
      <PageHeader title={words.switchedOn} lead={words.switchedOnLead} />
      <Switches
        switches={[
          {
            key: 'outside',
            isOn: outside.length > 0,
            value: outside.join(', '),
            setting: null,
            page: null,
            outside,
          },
          ...data.switches,
        ]}
      />
      <Section title={words.thisServer}>
        <Card>
          <Facts
            facts={[
              [words.version, `Stoa ${data.version} · Node ${data.nodeVersion}`],
              [words.address, <CopyText key="address" text={data.address} what={words.address} />],
              [words.listens, <code key="listens">{data.listensOn} (STOA_HOST, STOA_PORT)</code>],
              [words.dataFolder, <CopyText key="folder" text={data.dataDir} what={words.dataFolder} />],
              [
                words.memory,
                <span key="memory" title={words.memoryHelp}>
                  <Bytes value={data.memoryBytes} />
                </span>,
              ],
              [words.started, <TimeAgo key="started" at={data.startedAt} />],
            ]}
          />
        </Card>
      </Section>
    </Stack>
  )
}

const textOf = (one: SwitchView) =>
  one.key === 'outside'
    ? { name: words.outside, on: words.on, off: words.outsideNone }
    : (words.switches[one.key] ?? { name: one.key, on: words.on, off: words.off })

function Switches({ switches }: { switches: readonly SwitchView[] }) {
  return (
    <DataTable
      name={words.switchedOn}
      rows={switches}
      rowKey={(one) => one.key}
      columns={[
        { id: 'thing', head: words.thing, cell: (one) => textOf(one).name, value: (one) => textOf(one).name },
        {
          id: 'state',
          head: words.state,
          cell: (one) => (
            <>
              <Badge tone={one.isOn ? 'accent' : 'plain'}>{one.isOn ? textOf(one).on : textOf(one).off}</Badge>{' '}
              {one.isOn && one.value && <code>{one.value}</code>}
            </>
          ),
          value: (one) => (one.isOn ? (one.value ?? textOf(one).on) : textOf(one).off),
        },
        {
          id: 'changedWith',
          head: words.changedWith,
          cell: (one) => (
            <>
              {one.setting && <code>{one.setting}</code>}{' '}
              {one.page && (
                <Link to={one.page} aria-label={`${words.openPage}: ${textOf(one).name}`}>
                  {words.openPage}
                </Link>
              )}
            </>
          ),
          value: (one) => one.setting ?? one.page,
        },
      ]}
    />
  )
}
