import { deleteOrg, removeMember } from '@stoa/contracts'
import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../../../lib/api.js'
import { sessionQuery, useSession } from '../../../../lib/session.js'
import { useAct } from '../../../../lib/use-act.js'
import { org as words } from '../../../../text/en/org.js'
import { Button } from '../../../../ui/button.js'
import { Notice } from '../../../../ui/notice.js'
import { Card, PageHeader, Stack } from '../../../../ui/page.js'
import { ConfirmByName } from '../../../../ui/side-panel.js'

export const Route = createFileRoute('/organizations/$name/settings/danger')({ component: Danger })

function Danger() {
  const { name } = Route.useParams()
  const { user, orgs } = useSession()
  const membership = orgs.find((org) => org.name === name)
  return (
    <Stack>
      <PageHeader title={words.danger} lead={words.dangerLead} />
      {membership && user && (
        <Act
          verb={words.leave}
          title={words.leaveTitle(name)}
          text={words.leaveHelp}
          run={() => api.call(removeMember, { params: { name, user: user.name } })}
          done={words.left(name)}
        />
      )}
      {membership?.role === 'admin' && (
        <Act
          verb={words.deleteOrg}
          title={words.deleteOrgTitle(name)}
          text={words.deleteOrgHelp}
          name={name}
          run={() => api.call(deleteOrg, { params: { name } })}
          done={words.orgDeleted(name)}
        />
      )}
    </Stack>
  )
}

interface ActProps {
  verb: string
  title: string
  text: string
  /** To be typed before it is done. */
  name?: string
  run: () => Promise<unknown>
  done: string
}

function Act({ verb, title, text, name, run, done }: ActProps) {
  const [isAsking, setAsking] = useState(false)
  const navigate = Route.useNavigate()
  const act = useAct({
    run,
    refresh: [sessionQuery.queryKey],
    say: () => done,
    after: () => void navigate({ to: '/' }),
  })
  return (
    <Card tone="danger">
      <p>{text}</p>
      {act.error && (
        <Notice tone="bad" live>
          {act.error.message}
        </Notice>
      )}
      <div>
        <Button variant="danger" onClick={() => setAsking(true)}>
          {verb}
        </Button>
      </div>
      <ConfirmByName
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={title}
        text={text}
        verb={verb}
        {...(name ? { name } : {})}
        busy={act.isPending}
        onConfirm={() => {
          setAsking(false)
          act.mutate()
        }}
      />
    </Card>
  )
}
