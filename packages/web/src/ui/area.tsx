import { Navigate, useNavigate, useRouter, useRouterState } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { t } from '../text/en.js'
import css from './area.module.css'
import { NotFoundPage } from './error-page.js'
import { SelectField } from './field.js'
import { Page, Railed, RailGroup, RailLink } from './page.js'

/** One page of an area: a line of data, shown once its page exists. */
export interface AreaSection {
  /** Route of the page, as it is written in its file. */
  readonly to: string
  readonly label: string
}

interface Props {
  title: string
  sections: readonly AreaSection[]
  /** What the routes of all sections share: `{ name: 'acme' }`. */
  params?: Readonly<Record<string, string>>
  children: ReactNode
}

/** Sections whose page exists. */
function useBuilt(sections: readonly AreaSection[]): readonly AreaSection[] {
  const { routesByPath } = useRouter()
  return sections.filter(({ to }) => to in routesByPath)
}

/** Goes to the first page of an area that this person is shown. */
export function FirstSection({ sections, params = {} }: Pick<Props, 'sections' | 'params'>) {
  const [first] = useBuilt(sections)
  return first ? <Navigate to={first.to} params={params as never} replace /> : <NotFoundPage />
}

/** The frame of an area with many pages: rail on the left, a list to choose from on phones. */
export function Area({ title, sections, params = {}, children }: Props) {
  const router = useRouter()
  const navigate = useNavigate()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const built = useBuilt(sections)
  const addressOf = (to: string) => router.buildLocation({ to, params } as never).pathname
  const here = built.findLast(({ to }) => path === addressOf(to) || path.startsWith(`${addressOf(to)}/`))
  if (built.length === 0) return <NotFoundPage />
  const rail = (
    <>
      <div className={css.choice}>
        <SelectField
          label={title}
          value={here?.to ?? ''}
          options={built.map(({ to, label }) => ({ value: to, label }))}
          onChange={(event) => void navigate({ to: event.target.value, params } as never)}
        />
      </div>
      <div className={css.links}>
        <RailGroup title={title}>
          {built.map(({ to, label }) => (
            <RailLink
              key={to}
              to={to}
              params={params as never}
              activeOptions={{ exact: to === sections[0]?.to, includeSearch: false }}
            >
              {label}
            </RailLink>
          ))}
        </RailGroup>
      </div>
    </>
  )
  return (
    <Page>
      <Railed rail={rail} label={t.parts.sectionsOf(title)}>
        {children}
      </Railed>
    </Page>
  )
}
