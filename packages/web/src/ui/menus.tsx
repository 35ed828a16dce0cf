import '@mantine/core/styles/UnstyledButton.css'
import '@mantine/core/styles/Popover.css'
import '@mantine/core/styles/Menu.css'
import './mantine.css'
import { Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useScheme } from '../lib/preferences.js'
import { type SessionUser, useSession } from '../lib/session.js'
import { useSignOut } from '../lib/use-sign-out.js'
import { t } from '../text/en.js'
import {
  IconAdjustments,
  IconBuilding,
  IconChartBar,
  IconCoin,
  IconCube,
  IconDatabase,
  IconKey,
  IconLogout,
  IconMessageCircle,
  IconMoon,
  IconPlus,
  IconSettings,
  IconSun,
  IconUser,
  IconWallet,
} from './icons.js'
import { AccountButton, CompactButton, CreateButton } from './menu-buttons.js'
import css from './shell.module.css'

const s = { size: 16, stroke: 1.75, 'aria-hidden': true } as const

/** What can be made. */
export function CreateMenu() {
  const navigate = useNavigate()
  return (
    <Menu position="bottom-end" width={220} withinPortal>
      <Menu.Target>
        <CreateButton />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconCube {...s} />} onClick={() => navigate({ to: '/new' })}>
          {t.shell.newModel}
        </Menu.Item>
        <Menu.Item leftSection={<IconDatabase {...s} />} onClick={() => navigate({ to: '/new-dataset' })}>
          {t.shell.newDataset}
        </Menu.Item>
        <Menu.Item leftSection={<IconBuilding {...s} />} onClick={() => navigate({ to: '/organizations/new' })}>
          {t.shell.newOrganisation}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconKey {...s} />}
          onClick={() => navigate({ to: '/settings/tokens', search: { new: true } })}
        >
          {t.shell.newToken}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** What is mine. */
export function AccountMenu({ user }: { user: SessionUser }) {
  const navigate = useNavigate()
  const signOut = useSignOut()
  return (
    <Menu position="bottom-end" width={220} withinPortal>
      <Menu.Target>
        <AccountButton user={user} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={css.menuLabel}>
          <strong>{user.fullname}</strong>
          {user.name}
        </Menu.Label>
        <Menu.Item
          leftSection={<IconUser {...s} />}
          onClick={() => navigate({ to: '/$ns', params: { ns: user.name } })}
        >
          {t.shell.profile}
        </Menu.Item>
        <Menu.Item leftSection={<IconSettings {...s} />} onClick={() => navigate({ to: '/settings/profile' })}>
          {t.shell.settings}
        </Menu.Item>
        <Menu.Item leftSection={<IconKey {...s} />} onClick={() => navigate({ to: '/settings/tokens' })}>
          {t.shell.tokens}
        </Menu.Item>
        <Menu.Item leftSection={<IconWallet {...s} />} onClick={() => navigate({ to: '/billing/wallet' })}>
          {t.shell.wallet}
        </Menu.Item>
        <Menu.Item leftSection={<IconCoin {...s} />} onClick={() => navigate({ to: '/market/sell' })}>
          {t.shell.revenue}
        </Menu.Item>
        {(user.isAdmin || user.duties.length > 0) && (
          <Menu.Item leftSection={<IconAdjustments {...s} />} onClick={() => navigate({ to: '/admin' })}>
            {t.shell.administration}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout {...s} />} onClick={signOut}>
          {t.shell.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** The whole navigation, where the bar has no room for it. */
export function CompactMenu() {
  const isKnown = useSession().user !== null
  const navigate = useNavigate()
  const [scheme, setScheme] = useScheme()
  const isDark = scheme === 'dark'
  return (
    <Menu position="bottom-end" width={240} withinPortal>
      <Menu.Target>
        <CompactButton />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconCube {...s} />} onClick={() => navigate({ to: '/models' })}>
          {t.shell.models}
        </Menu.Item>
        <Menu.Item leftSection={<IconDatabase {...s} />} onClick={() => navigate({ to: '/datasets' })}>
          {t.shell.datasets}
        </Menu.Item>
        <Menu.Item leftSection={<IconMessageCircle {...s} />} onClick={() => navigate({ to: '/playground' })}>
          {t.shell.playground}
        </Menu.Item>
        {isKnown && (
          <Menu.Item leftSection={<IconChartBar {...s} />} onClick={() => navigate({ to: '/billing/usage' })}>
            {t.shell.usage}
          </Menu.Item>
        )}
        {isKnown && (
          <Menu.Item leftSection={<IconCoin {...s} />} onClick={() => navigate({ to: '/market/sell' })}>
            {t.shell.sell}
          </Menu.Item>
        )}
        {isKnown && (
          <Menu.Item leftSection={<IconPlus {...s} />} onClick={() => navigate({ to: '/new' })}>
            {t.shell.newModel}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item
          leftSection={isDark ? <IconSun {...s} /> : <IconMoon {...s} />}
          onClick={() => setScheme(isDark ? 'light' : 'dark')}
        >
          {isDark ? t.shell.themeToLight : t.shell.themeToDark}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
