import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState } from 'react'
import { bestMatch, facetsQuery, type ListSearch, listKeys, listQueryOf, unchosenSort } from '../lib/list-search.js'
import { offersQuery } from '../lib/offers.js'
import { type RepoFacts, type RepoKindName, reposQuery } from '../lib/repo-list.js'
import { taskName } from '../lib/tasks.js'
import { t } from '../text/en.js'
import { Button, ButtonLink } from './button.js'
import { EmptyState } from './empty-state.js'
import { ErrorState } from './error-state.js'
import { type Facet, FacetList, FilterChips } from './facet-list.js'
import { SelectField, TextField } from './field.js'
import { IconFilter, IconSearch } from './icons.js'
import css from './repo-list.module.css'
import { RepoListItem } from './repo-list-item.js'
import { Skeleton } from './skeleton.js'

const facetTitles = {
  pipeline_tag: t.repo.task,
  library: t.repo.library,
  license: t.repo.licence,
  language: t.repo.language,
}
const facetKeys = ['pipeline_tag', 'library', 'license', 'language'] as const
const rowHeightPx = 66
const typingMs = 200

interface Props {
  kind: RepoKindName
  search: ListSearch
  onSearch: (search: ListSearch) => void
}

/** A catalogue: facets left, results right, everything in the address. */
export function RepoList({ kind, search, onSearch }: Props) {
  const list = useInfiniteQuery({ ...reposQuery(kind, listQueryOf(search)), placeholderData: keepPreviousData })
  const { data: facets } = useQuery({ ...facetsQuery(kind, search), placeholderData: keepPreviousData })
  const [areFacetsOpen, setFacetsOpen] = useState(false)
  const repos = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data])
  const choose = (key: string, value: string | undefined) => {
    const { [key as keyof ListSearch]: _, ...rest } = search
    onSearch(value ? { ...rest, [key]: value } : rest)
  }
  const chosen = listKeys
    .filter((key) => key !== 'sort' && search[key])
    .map((key) => ({ key, label: labelOf(key, search[key] ?? '', facets) }))
  const clear = () => onSearch(search.sort ? { sort: search.sort } : {})
  const noun = kind === 'model' ? t.repo.models.toLowerCase() : t.repo.datasets.toLowerCase()
  const count = kind === 'model' ? t.repo.count : t.repo.countDatasets
  const total = facets && !facets.isCapped ? facets.total : repos.length
  return (
    <div className={css.layout}>
      <div className={css.facetsToggle}>
        <Button
          icon={<IconFilter size={16} stroke={1.75} aria-hidden />}
          aria-expanded={areFacetsOpen}
          onClick={() => setFacetsOpen(!areFacetsOpen)}
        >
          {t.parts.filters}
        </Button>
      </div>
      <div className={css.side} data-open={areFacetsOpen}>
        <FacetList
          label={t.parts.filterList(noun)}
          facets={facetsOf(facets)}
          chosen={search as Record<string, string | undefined>}
          onChoose={choose}
        />
      </div>
      <div>
        <div className={css.tools}>
          <SearchBox
            label={kind === 'model' ? t.repo.searchModels : t.repo.searchDatasets}
            value={search.search ?? ''}
            onChange={(text) => choose('search', text || undefined)}
          />
          <SelectField
            label={t.repo.sort}
            hideLabel
            value={search.sort ?? unchosenSort(search)}
            options={[
              ...(search.search ? [{ value: bestMatch, label: t.repo.bestMatch }] : []),
              ...Object.entries(t.repo.sorts).map(([value, label]) => ({ value, label })),
            ]}
            onChange={(event) =>
              choose('sort', event.target.value === unchosenSort(search) ? undefined : event.target.value)
            }
          />
        </div>
        <div className={css.count}>
          <span role="status">
            {list.isPending ? t.parts.loading : count(total, Boolean(facets?.isCapped) && list.hasNextPage)}
          </span>
          <FilterChips chosen={chosen} onDrop={(key) => choose(key, undefined)} onClear={clear} />
        </div>
        <Results {...{ kind, repos, list, hasFilters: chosen.length > 0, clear }} />
      </div>
    </div>
  )
}

type Facets = Awaited<ReturnType<NonNullable<ReturnType<typeof facetsQuery>['queryFn']>>> | undefined

function facetsOf(data: Facets): Facet[] {
  return facetKeys.map((key) => ({
    key,
    title: facetTitles[key],
    values: (data?.facets[key] ?? []).map(({ id, label, count }) => ({
      value: id,
      label: key === 'pipeline_tag' ? taskName(id) : label,
      count,
    })),
  }))
}

function labelOf(key: string, value: string, data: Facets): string {
  if (key === 'search') return `“${value}”`
  if (key === 'pipeline_tag') return taskName(value)
  return data?.facets[key as 'library']?.find((one) => one.id === value)?.label ?? value
}

/** Filters while typing, a little after the last key. */
function SearchBox({ label, value, onChange }: { label: string; value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value)
  const latest = useRef(onChange)
  latest.current = onChange
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => latest.current(text), typingMs)
    return () => clearTimeout(timer)
  }, [text, value])
  return (
    <TextField
      label={label}
      hideLabel
      type="search"
      placeholder={label}
      start={<IconSearch size={16} stroke={1.75} aria-hidden />}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  )
}

type ListState = Pick<
  ReturnType<typeof useInfiniteQuery>,
  'isPending' | 'error' | 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage' | 'refetch'
>

function Results({
  kind,
  repos,
  list,
  hasFilters,
  clear,
}: {
  kind: RepoKindName
  repos: readonly RepoFacts[]
  list: ListState
  hasFilters: boolean
  clear: () => void
}) {
  if (list.error) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton lines={8} />
  if (repos.length > 0) return <VirtualRows {...{ kind, repos, list }} />
  const action = hasFilters ? (
    <Button onClick={clear}>{t.parts.clearFilters}</Button>
  ) : (
    <ButtonLink to={kind === 'model' ? '/new' : '/new-dataset'}>
      {kind === 'model' ? t.repo.create.title : t.repo.create.titleDataset}
    </ButtonLink>
  )
  return (
    <EmptyState title={hasFilters ? t.repo.emptyTitle : t.repo.emptyServerTitle} action={action}>
      {hasFilters ? t.repo.emptyFilters : t.repo.emptyServer}
    </EmptyState>
  )
}

/** Draws the rows in view only; the rest keep their space. */
function VirtualRows({ kind, repos, list }: { kind: RepoKindName; repos: readonly RepoFacts[]; list: ListState }) {
  const { data: offers } = useQuery({ ...offersQuery, enabled: kind === 'model' })
  const box = useRef<HTMLDivElement>(null)
  const rows = useWindowVirtualizer({
    count: repos.length,
    estimateSize: () => rowHeightPx,
    overscan: 8,
    scrollMargin: box.current?.offsetTop ?? 0,
  })
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  useEffect(() => {
    if (last >= repos.length - 5 && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [last, repos.length, hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <div ref={box} className={css.list} style={{ blockSize: rows.getTotalSize() + 2 }}>
      {shown.map((row) => {
        const repo = repos[row.index]
        return (
          repo && (
            <div
              key={repo.id}
              ref={rows.measureElement}
              data-index={row.index}
              style={{
                position: 'absolute',
                insetInline: 0,
                insetBlockStart: 0,
                transform: `translateY(${row.start - rows.options.scrollMargin}px)`,
              }}
            >
              <RepoListItem repo={repo} kind={kind} offer={offers?.get(repo.id)} />
            </div>
          )
        )
      })}
    </div>
  )
}
