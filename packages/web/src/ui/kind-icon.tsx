import { IconAppWindow, IconAtom2, IconBucket, IconCube, IconDatabase, IconPlayerPlay } from './icons.js'
import css from './names.module.css'

export type Kind = 'model' | 'dataset' | 'app' | 'bucket' | 'run' | 'circuit'

const icons = {
  model: IconCube,
  dataset: IconDatabase,
  app: IconAppWindow,
  bucket: IconBucket,
  run: IconPlayerPlay,
  circuit: IconAtom2,
}

/** The small square before a name; colour never stands alone, the icon tells the kind too. */
export function KindIcon({ kind, size = 16 }: { kind: Kind; size?: 16 | 20 }) {
  const Icon = icons[kind]
  return (
    <span className={css.kind} data-kind={kind}>
      <Icon size={size} stroke={1.75} aria-hidden />
    </span>
  )
}
