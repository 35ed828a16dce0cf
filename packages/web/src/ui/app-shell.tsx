import { Link, useNavigate, useRouterState } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useMemo } from 'react'
import { useDensity, useScheme } from '../lib/preferences.js'
import { useSession } from '../lib/session.js'
import { useUploads } from '../lib/uploads/upload-store.js'
import { useOnline } from '../lib/use-online.js'
import { useSignOut } from '../lib/use-sign-out.js'
import { t } from '../text/en.js'
import { BorrowedEyes } from './borrowed-eyes.js'
import {
  IconAlertTriangle,
  IconArrowRight,
  IconChartBar,
  IconCompass,
  IconHome,
  IconMessageCircle,
  IconPlus,
  IconUser,
} from './icons.js'
import { Keyboard } from './keyboard.js'
import { Palette } from './palette.js'
import { type Command, useCommands } from './palette-context.js'
import css from './shell.module.css'
import { TopBar } from './top-bar.js'

const ConfirmDialog = lazy(() => import('./confirm-dialog.js').then((module) => ({ default: module.ConfirmDialog })))
const UploadTray = lazy(() => import('./upload-tray.js').then((module) => ({ default: module.UploadTray })))

const s = { size: 20, stroke: 1.75, 'aria-hidden': true } as const

/** The frame of every page. */
export function AppShell({ children }: { children: ReactNode }) {
  const isLoading = useRouterState({ select: (state) => state.isLoading })
  useShellCommands()
  return (
    <div className={css.shell}>
      <a href="#main" className={css.skip}>
        {t.shell.skip}
      </a>
      {isLoading && <div className={css.loadingBar} />}
      <TopBar />
      <Banners />
      <main className={css.main} id="main" tabIndex={-1}>
        {children}
      </main>
      <footer className={css.footer}>
        <p>{t.shell.footer}</p>
      </footer>
      {useUploads().length > 0 && (
        <Suspense>
          <UploadTray />
        </Suspense>
      )}
      <BottomBar />
      <Palette />
      <Keyboard />
      <Suspense>
        <ConfirmDialog />
      </Suspense>
    </div>
  )
}

function Banners() {
  const { flags, user } = useSession()
  const isOnline = useOnline()
  return (
    <div>
      {!isOnline && (
        <div className={css.banner} role="status">
          <IconAlertTriangle size={16} stroke={1.75} aria-hidden />
          {t.shell.offline}
        </div>
      )}
      {user?.impersonator && <BorrowedEyes user={user.name} />}
      {user?.needsSecondFactor && !user.impersonator && (
        <div className={css.banner}>
          <IconAlertTriangle size={16} stroke={1.75} aria-hidden />
          <span>
            {t.shell.needsFactor} <Link to="/settings/security">{t.shell.needsFactorLink}</Link>
          </span>
        </div>
      )}
      {flags.needsAdmin && (
        <div className={css.banner}>
          <IconAlertTriangle size={16} stroke={1.75} aria-hidden />
          {t.shell.needsAdmin}
        </div>
      )}
      {flags.lenient && user?.isAdmin && (
        <div className={css.banner} data-tone="bad">
          <IconAlertTriangle size={16} stroke={1.75} aria-hidden />
          {t.shell.lenient}
        </div>
      )}
    </div>
  )
}

function BottomBar() {
  const { user } = useSession()
  return (
    <nav className={css.bottom} aria-label={t.shell.phoneNav}>
      <Link to="/" className={css.bottomLink} activeOptions={{ exact: true }}>
        <IconHome {...s} />
        {t.shell.home}
      </Link>
      <Link to="/models" className={css.bottomLink}>
        <IconCompass {...s} />
        {t.shell.explore}
      </Link>
      <Link to="/playground" className={css.bottomLink}>
        <IconMessageCircle {...s} />
        {t.shell.playground}
      </Link>
      <Link to="/billing/usage" className={css.bottomLink}>
        <IconChartBar {...s} />
        {t.shell.usage}
      </Link>
      {user ? (
        <Link to="/$ns" params={{ ns: user.name }} className={css.bottomLink}>
          <IconUser {...s} />
          {t.shell.me}
        </Link>
      ) : (
        <Link to="/login" className={css.bottomLink}>
          <IconUser {...s} />
          {t.shell.me}
        </Link>
      )}
    </nav>
  )
}

const places = [
  ['/', t.shell.home],
  ['/models', t.shell.models],
  ['/datasets', t.shell.datasets],
  ['/playground', t.shell.playground],
] as const
const myPlaces = [
  ['/billing/wallet', t.shell.wallet],
  ['/billing/usage', t.shell.usage],
  ['/market/sell', t.shell.revenue],
  ['/settings/tokens', t.shell.tokens],
  ['/settings/profile', t.shell.settings],
  ['/settings/security', t.shell.security],
] as const
const myActions = [
  ['/new', t.shell.newModel],
  ['/new-dataset', t.shell.newDataset],
  ['/organizations/new', t.shell.newOrganisation],
] as const

function useShellCommands(): void {
  const navigate = useNavigate()
  const signOut = useSignOut()
  const { user } = useSession()
  const [scheme, setScheme] = useScheme()
  const [density, setDensity] = useDensity()
  const commands = useMemo(() => {
    const go =
      <P extends (typeof places | typeof myPlaces | typeof myActions)[number]>(
        group: Command['group'],
        icon: ReactNode,
      ) =>
      ([to, label]: P): Command => ({ id: `go:${to}`, label, group, icon, run: () => void navigate({ to }) })
    const arrow = <IconArrowRight size={16} stroke={1.75} aria-hidden />
    const plus = <IconPlus size={16} stroke={1.75} aria-hidden />
    const list: Command[] = places.map(go('goTo', arrow))
    if (user) {
      list.push({
        id: 'go:me',
        label: t.shell.profile,
        group: 'goTo',
        icon: arrow,
        run: () => void navigate({ to: '/$ns', params: { ns: user.name } }),
      })
      list.push(...myPlaces.map(go('goTo', arrow)), ...myActions.map(go('actions', plus)))
      list.push({
        id: 'do:token',
        label: t.shell.newToken,
        group: 'actions',
        icon: plus,
        run: () => void navigate({ to: '/settings/tokens', search: { new: true } }),
      })
      list.push({ id: 'do:sign-out', label: t.shell.signOut, group: 'actions', icon: arrow, run: signOut })
    } else {
      list.push({
        id: 'go:login',
        label: t.shell.signIn,
        group: 'goTo',
        icon: arrow,
        run: () => void navigate({ to: '/login' }),
      })
    }
    list.push({
      id: 'do:scheme',
      label: scheme === 'dark' ? t.shell.themeToLight : t.shell.themeToDark,
      group: 'actions',
      icon: arrow,
      run: () => setScheme(scheme === 'dark' ? 'light' : 'dark'),
    })
    list.push({
      id: 'do:density',
      label: density === 'dense' ? t.shell.densityNormal : t.shell.densityDense,
      group: 'actions',
      icon: arrow,
      run: () => setDensity(density === 'dense' ? 'normal' : 'dense'),
    })
    return list
  }, [navigate, user, scheme, density, signOut, setScheme, setDensity])
  useCommands(commands)
}
