import { Link } from '@tanstack/react-router'
import { KindIcon } from './kind-icon.js'
import css from './names.module.css'

interface Props {
  /** `namespace/name`. */
  id: string
  kind?: 'model' | 'dataset'
  link?: boolean
}

/** `namespace / name` with its kind; the namespace is quieter than the name. */
export function RepoName({ id, kind = 'model', link = true }: Props) {
  const slash = id.indexOf('/')
  const ns = id.slice(0, Math.max(slash, 0))
  const repo = id.slice(slash + 1)
  const text = (
    <span>
      <span>{ns && `${ns}/`}</span>
      {repo}
    </span>
  )
  if (!link || !ns)
    return (
      <span className={css.name}>
        <KindIcon kind={kind} />
        {text}
      </span>
    )
  const params = { ns, repo }
  return kind === 'model' ? (
    <Link to="/$ns/$repo" params={params} className={css.name}>
      <KindIcon kind={kind} />
      {text}
    </Link>
  ) : (
    <Link to="/datasets/$ns/$repo" params={params} className={css.name}>
      <KindIcon kind={kind} />
      {text}
    </Link>
  )
}
