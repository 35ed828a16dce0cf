import { createFileRoute, Outlet } from '@tanstack/react-router'
import { requireUser } from '../../lib/require-user.js'
import { t } from '../../text/en.js'
import { IconChartBar, IconCoin, IconWallet } from '../../ui/icons.js'
import { Page, Railed, RailGroup, RailLink } from '../../ui/page.js'

export const Route = createFileRoute('/billing')({ beforeLoad: requireUser, component: Billing })

const s = { size: 16, stroke: 1.75, 'aria-hidden': true } as const

function Billing() {
  const rail = (
    <RailGroup title={t.money.billing}>
      <RailLink to="/billing/wallet">
        <IconWallet {...s} />
        {t.money.wallet}
      </RailLink>
      <RailLink to="/billing/usage">
        <IconChartBar {...s} />
        {t.money.usage}
      </RailLink>
      <RailLink to="/market/sell">
        <IconCoin {...s} />
        {t.money.sell}
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
