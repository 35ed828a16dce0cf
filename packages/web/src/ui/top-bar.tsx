import { Menu } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useScheme } from '../lib/preferences.js'
import { type SessionUser, useSession } from '../lib/session.js'
import { useSignOut } from '../lib/use-sign-out.js'
import { t } from '../text/en.js'
import { Avatar } from './account-name.js'
import { Button, ButtonLink, IconButton } from './button.js'
import {
  IconBuilding,
  IconChartBar,
  IconChevronDown,
  IconCoin,
  IconCube,
  IconDatabase,
  IconKey,
  IconLogout,
  IconMenu2,
  IconMessageCircle,
  IconMoon,
  IconPlus,
  IconSearch,
  IconSettings,
  IconSun,
  IconUser,
  IconWallet,
} from './icons.js'
import { Mark } from './mark.js'
import { usePalette } from './palette-context.js'
import css from './shell.module.css'

const s = { size: 16, stroke: 1.75, 'aria-hidden': true } as const

export function TopBar() {
  const { user } = useSession()
  const { setOpen } = usePalette()
  return (
    <header className={css.bar}>
      <div className={css.barInner}>
        <Link to="/" className={css.brand} aria-label={t.shell.product}>
          <Mark />
          <span>{t.shell.product}</span>
        </Link>
        <nav className={css.nav} aria-label={t.shell.mainNav}>
          <Link to="/models" className={css.navLink}>
            {t.shell.models}
          </Link>
          <Link to="/datasets" className={css.navLink}>
            {t.shell.datasets}
          </Link>
          <Link to="/playground" className={css.navLink}>
            {t.shell.playground}
          </Link>
          {user && (
            <Link to="/billing/usage" className={css.navLink}>
              {t.shell.usage}
            </Link>
          )}
          {user && (
            <Link to="/market/sell" className={css.navLink}>
              {t.shell.sell}
            </Link>
          )}
        </nav>
        <button type="button" className={css.search} onClick={() => setOpen(true)} aria-keyshortcuts="Control+K Meta+K">
          <IconSearch {...s} />
          <span>{t.shell.search}</span>
          <kbd className={css.kbd}>⌘K</kbd>
        </button>
        <SchemeButton />
        {user ? <Known user={user} /> : <Unknown />}
        <CompactMenu isKnown={Boolean(user)} />
      </div>
    </header>
  )
}

function SchemeButton() {
  const [scheme, setScheme] = useScheme()
  const isDark = scheme === 'dark'
  return (
    <IconButton
      label={isDark ? t.shell.themeToLight : t.shell.themeToDark}
      className={css.onlyWide}
      onClick={() => setScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <IconSun size={20} stroke={1.75} aria-hidden /> : <IconMoon size={20} stroke={1.75} aria-hidden />}
    </IconButton>
  )
}

function Unknown() {
  const { flags } = useSession()
  return (
    <>
      <ButtonLink to="/login">{t.shell.signIn}</ButtonLink>
      {flags.signUp === 'open' && (
        <ButtonLink to="/join" variant="primary" className={css.onlyWide}>
          {t.shell.join}
        </ButtonLink>
      )}
    </>
  )
}

function Known({ user }: { user: SessionUser }) {
  const navigate = useNavigate()
  const signOut = useSignOut()
  return (
    <>
      <Menu position="bottom-end" width={220} withinPortal>
        <Menu.Target>
          <Button className={css.onlyWide} icon={<IconPlus {...s} />}>
            {t.shell.create} <IconChevronDown size={14} stroke={1.75} aria-hidden />
          </Button>
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
      <Menu position="bottom-end" width={220} withinPortal>
        <Menu.Target>
          <button type="button" className={css.avatarButton} aria-label={t.shell.accountMenu(user.name)}>
            <Avatar name={user.name} src={user.avatarUrl} size="md" />
          </button>
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
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout {...s} />} onClick={signOut}>
            {t.shell.signOut}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

function CompactMenu({ isKnown }: { isKnown: boolean }) {
  const navigate = useNavigate()
  const [scheme, setScheme] = useScheme()
  const isDark = scheme === 'dark'
  return (
    <Menu position="bottom-end" width={240} withinPortal>
      <Menu.Target>
        <IconButton label={t.shell.menu} className={css.onlyCompact}>
          <IconMenu2 size={20} stroke={1.75} aria-hidden />
        </IconButton>
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
