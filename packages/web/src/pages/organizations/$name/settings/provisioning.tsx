import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { provisioning as words } from '../../../../text/en/provisioning.js'
import { CommandBlock } from '../../../../ui/code-snippet.js'
import { Card, Facts, PageHeader, Section, Stack } from '../../../../ui/page.js'
import { groupsQuery } from '../../../-org/org-queries.js'
import { Activity } from '../../../-provisioning/activity.js'
import { Credentials } from '../../../-provisioning/credentials.js'
import { Mapping } from '../../../-provisioning/mapping.js'
import { activityQuery, provisioningQuery } from '../../../-provisioning/provisioning-queries.js'

export const Route = createFileRoute('/organizations/$name/settings/provisioning')({
  loader: ({ context: { queryClient }, params: { name } }) =>
    Promise.all([
      queryClient.ensureQueryData(provisioningQuery(name)),
      queryClient.ensureQueryData(activityQuery(name)),
      queryClient.ensureQueryData(groupsQuery(name)),
    ]),
  component: Provisioning,
})

function Provisioning() {
  const { name } = Route.useParams()
  const { data: view } = useSuspenseQuery(provisioningQuery(name))
  return (
    <Stack>
      <PageHeader title={words.title} lead={words.lead} />
      <Section title={words.address}>
        <Card>
          <p className="muted">{words.addressHelp}</p>
          <CommandBlock text={view.baseUrl} what={words.address} />
          <p className="muted">{words.managedAddress}</p>
          <CommandBlock text={view.managedBaseUrl} what={words.managedAddress} />
          <p className="muted">{words.domainHelp}</p>
          <Facts
            facts={[
              [words.people, `${view.users} (${words.suspended(view.suspendedUsers)})`],
              [words.groups, view.groups.length],
            ]}
          />
        </Card>
      </Section>
      <Credentials org={name} credentials={view.credentials} />
      <Mapping key={JSON.stringify([view.mappings, view.defaultRole])} org={name} view={view} />
      <Activity org={name} />
    </Stack>
  )
}
