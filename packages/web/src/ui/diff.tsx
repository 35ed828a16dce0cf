import css from './diff.module.css'

const maxLines = 3000

interface FileDiff {
  path: string
  lines: string[]
}

/** Cuts a unified diff into its files; headers of git fall away. */
export function parseDiff(text: string): FileDiff[] {
  const files: FileDiff[] = []
  for (const line of text.split('\n').slice(0, maxLines)) {
    const start = /^diff --git a\/(.*) b\/(.*)$/.exec(line)
    if (start) files.push({ path: start[2] ?? '', lines: [] })
    else if (!/^(index|---|\+\+\+|new file|deleted file|similarity|rename|old mode|new mode) ?/.test(line))
      files.at(-1)?.lines.push(line)
  }
  return files
}

/** A unified diff, a box per file. */
export function Diff({ text }: { text: string }) {
  return (
    <div>
      {parseDiff(text).map((file) => (
        <section key={file.path} className={css.file} aria-label={file.path}>
          <h3 className={css.head}>{file.path}</h3>
          <div className={css.lines} tabIndex={0} role="region" aria-label={file.path}>
            {file.lines.map((line, index) => (
              <div key={`${index}-${line.slice(0, 8)}`} data-line={line.slice(0, 1)}>
                {line || ' '}
              </div>
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}
