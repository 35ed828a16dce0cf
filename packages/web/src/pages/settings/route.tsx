import { createFileRoute, Outlet } from '@tanstack/react-router'
import { requireUser } from '../../lib/require-user.js'
import { t } from '../../text/en.js'
import { security } from '../../text/en/security.js'
import { gates as gatesText } from '../../text/en/gates.js'
import { apps as appsText } from '../../text/en/apps.js'
import { letters as lettersText } from '../../text/en/letters.js'
import { publishers as publishersText } from '../../text/en/publishers.js'
import { privacy as privacyText } from '../../text/en/audit.js'
import {
  IconDatabase,
  IconEye,
  IconGitCommit,
  IconKey,
  IconLock,
  IconMail,
  IconPlug,
  IconShield,
  IconUser,
} from '../../ui/icons.js'
import { Page, Railed, RailGroup, RailLink } from '../../ui/page.js'

export const Route = createFileRoute('/settings')({ beforeLoad: requireUser, component: Settings })

const s = { size: 16, stroke: 1.75, 'aria-hidden': true } as const

function Settings() {
  const rail = (
    <RailGroup title={t.account.settings}>
      <RailLink to="/settings/profile">
        <IconUser {...s} />
        {t.account.profile}
      </RailLink>
      <RailLink to="/settings/email">
        <IconMail {...s} />
        {lettersText.email}
      </RailLink>
      <RailLink to="/settings/security">
        <IconShield {...s} />
        {security.title}
      </RailLink>
      <RailLink to="/settings/tokens" search={{}}>
        <IconKey {...s} />
        {t.account.tokens}
      </RailLink>
      <RailLink to="/settings/connected-applications">
        <IconPlug {...s} />
        {appsText.connected}
      </RailLink>
      <RailLink to="/settings/publishers" search={{}}>
        <IconGitCommit {...s} />
        {publishersText.title}
      </RailLink>
      <RailLink to="/settings/gated-repos">
        <IconLock {...s} />
        {gatesText.mine}
      </RailLink>
      <RailLink to="/settings/privacy">
        <IconEye {...s} />
        {privacyText.title}
      </RailLink>
      <RailLink to="/settings/storage" search={{}}>
        <IconDatabase {...s} />
        {gatesText.storage}
      </RailLink>
    </RailGroup>
  )
  return (
    <Page>
      <Railed rail={rail}>
        <Outlet />
      </Railed>
    </Page>
  )
}
