import { listOrgRepos, type ResourceGroupView, setBucketResourceGroup, setRepoResourceGroup } from '@stoa/contracts'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { org as words } from '../../text/en/org.js'
import { Button } from '../../ui/button.js'
import { SelectField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Row, Section } from '../../ui/page.js'
import { groupsQuery } from './org-queries.js'

type Resource = ResourceGroupView['resources'][number]
const addressOf = ({ type, name }: Pick<Resource, 'type' | 'name'>) =>
  type === 'model' ? `/${name}` : `/${type}s/${name}`

/** The most that one choice offers. */
const CHOICES = 1000
const reposQuery = (org: string) =>
  queryOptions({
    queryKey: [listOrgRepos.id, org, 'groups'],
    queryFn: ({ signal }) =>
      api.call(listOrgRepos, { params: { name: org }, query: { limit: String(CHOICES) }, signal }),
  })

interface Placed {
  thing: Pick<Resource, 'type' | 'name'>
  groupId: string | null
}

function place({ thing: { type, name: full }, groupId }: Placed) {
  const [namespace = '', name = ''] = full.split('/')
  const body = { resourceGroupId: groupId }
  return type === 'bucket'
    ? api.call(setBucketResourceGroup, { params: { namespace, name }, body })
    : api.call(setRepoResourceGroup, { params: { kind: `${type}s` as 'models', namespace, name }, body })
}

/** What is in a group; admins move repositories in and out. */
export function GroupRepos({ org, group, isAdmin }: { org: string; group: ResourceGroupView; isAdmin: boolean }) {
  const move = useAct({
    run: place,
    refresh: [groupsQuery(org).queryKey],
    say: ({ thing, groupId }) => (groupId === null ? words.movedOut(thing.name) : words.movedIn(thing.name)),
  })
  return (
    <Section title={words.groupRepos}>
      {group.resources.length === 0 && <p className="muted">{words.noGroupRepos}</p>}
      {group.resources.map((thing) => (
        <Row key={`${thing.type} ${thing.name}`}>
          <a href={addressOf(thing)}>{thing.name}</a>
          <span className="muted">{thing.type}</span>
          {isAdmin && (
            <Button size="dense" onClick={() => move.mutate({ thing, groupId: null })}>
              {words.moveOut}
            </Button>
          )}
        </Row>
      ))}
      {move.error && <Notice tone="bad">{move.error.message}</Notice>}
      {isAdmin && <MoveIn org={org} group={group} onMove={(thing) => move.mutate({ thing, groupId: group.id })} />}
    </Section>
  )
}

interface MoveProps {
  org: string
  group: ResourceGroupView
  onMove: (thing: Placed['thing']) => void
}

function MoveIn({ org, group, onMove }: MoveProps) {
  const { data = [] } = useQuery(reposQuery(org))
  const [chosen, setChosen] = useState('')
  const inside = new Set(group.resources.map(({ type, name }) => `${type} ${name}`))
  const free = data.filter(({ type, id }) => !inside.has(`${type} ${id}`))
  if (free.length === 0) return null
  const value = chosen || `${free[0]?.type} ${free[0]?.id}`
  return (
    <Row>
      <SelectField
        label={words.moveIn}
        value={value}
        options={free.map(({ type, id }) => ({ value: `${type} ${id}`, label: `${id} (${type})` }))}
        onChange={(event) => setChosen(event.target.value)}
      />
      <Button
        onClick={() => {
          const [type = '', name = ''] = value.split(' ')
          setChosen('')
          onMove({ type: type as Resource['type'], name })
        }}
      >
        {words.moveInVerb}
      </Button>
    </Row>
  )
}
