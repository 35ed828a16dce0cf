import { lazy, Suspense } from 'react'
import { Link } from '@tanstack/react-router'
import { useScheme } from '../lib/preferences.js'
import { useSession } from '../lib/session.js'
import { t } from '../text/en.js'
import { ButtonLink, IconButton } from './button.js'
import { IconMoon, IconSearch, IconSun } from './icons.js'
import { Mark } from './mark.js'
import { AccountButton, CompactButton, CreateButton } from './menu-buttons.js'
import { usePalette } from './palette-context.js'
import css from './shell.module.css'

const s = { size: 16, stroke: 1.75, 'aria-hidden': true } as const

const menus = () => import('./menus.js')
const CreateMenu = lazy(() => menus().then((module) => ({ default: module.CreateMenu })))
const AccountMenu = lazy(() => menus().then((module) => ({ default: module.AccountMenu })))
const CompactMenu = lazy(() => menus().then((module) => ({ default: module.CompactMenu })))

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
        {user ? (
          <Suspense
            fallback={
              <>
                <CreateButton />
                <AccountButton user={user} />
              </>
            }
          >
            <CreateMenu />
            <AccountMenu user={user} />
          </Suspense>
        ) : (
          <Unknown />
        )}
        <Suspense fallback={<CompactButton />}>
          <CompactMenu />
        </Suspense>
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
