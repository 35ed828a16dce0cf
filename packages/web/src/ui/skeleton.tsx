import css from './states.module.css'

/** Keeps the space of what is coming; visible only after 150 ms. `data-loading` says that the page is not whole yet. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  const widths = ['92%', '78%', '85%', '64%', '88%', '70%']
  return (
    <div aria-hidden="true" data-loading="true" style={{ display: 'grid', gap: 12 }}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={`line-${index}`} className={css.skeleton} style={{ inlineSize: widths[index % 6] }} />
      ))}
    </div>
  )
}
