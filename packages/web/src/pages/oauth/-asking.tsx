import type { OauthScope } from '@stoa/contracts'
import { useState } from 'react'
import { apps as appsText } from '../../text/en/apps.js'
import { Button } from '../../ui/button.js'
import { CheckField } from '../../ui/field.js'
import { IconCheck } from '../../ui/icons.js'
import { Notice } from '../../ui/notice.js'
import { Row, Section } from '../../ui/page.js'
import css from './oauth.module.css'

const words = appsText

export interface AskingApp {
  name: string
  homepage: string | null
  origin: 'built_in' | 'manifest' | 'person' | 'registered'
}
interface AskingOrg {
  id: string
  name: string
  fullname: string
  isGranted: boolean
}

/** Who the app is, as far as anybody here knows. */
export function AppRemark({ app }: { app: AskingApp }) {
  if (app.origin === 'registered') return <Notice tone="warn">{words.unverified}</Notice>
  if (app.origin === 'built_in') return <Notice>{words.builtIn}</Notice>
  return null
}

/** What an app will be able to do, one line a scope. */
export function ScopeList({ scopes }: { scopes: readonly OauthScope[] }) {
  return (
    <Section title={words.willBeAble}>
      <ul className={css.scopes}>
        {scopes.map((scope) => (
          <li key={scope}>
            <IconCheck size={16} stroke={1.75} aria-hidden /> {words.scopes[scope]}
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** The organisations a person ticks; those the app has already, or named, stand ticked. */
export function useOrgChoice(orgs: readonly AskingOrg[]) {
  const [chosen, setChosen] = useState<readonly string[]>(orgs.filter((org) => org.isGranted).map((org) => org.id))
  const toggle = (id: string) =>
    setChosen((before) => (before.includes(id) ? before.filter((one) => one !== id) : [...before, id]))
  return { chosen, toggle }
}

interface OrgChoiceProps {
  orgs: readonly AskingOrg[]
  chosen: readonly string[]
  onToggle: (id: string) => void
}

export function OrgChoice({ orgs, chosen, onToggle }: OrgChoiceProps) {
  if (orgs.length === 0) return null
  return (
    <Section title={words.orgs}>
      <p className="muted">{words.orgsHelp}</p>
      <div>
        {orgs.map((org) => (
          <CheckField
            key={org.id}
            label={org.fullname === org.name ? org.name : `${org.fullname} (${org.name})`}
            checked={chosen.includes(org.id)}
            onChange={() => onToggle(org.id)}
          />
        ))}
      </div>
    </Section>
  )
}

/** The two answers a person can give. */
export function AllowOrDeny({ isBusy, onDecide }: { isBusy: boolean; onDecide: (isAllowed: boolean) => void }) {
  return (
    <Row>
      <Button variant="primary" size="large" busy={isBusy} onClick={() => onDecide(true)}>
        {words.allow}
      </Button>
      <Button size="large" disabled={isBusy} onClick={() => onDecide(false)}>
        {words.deny}
      </Button>
    </Row>
  )
}
