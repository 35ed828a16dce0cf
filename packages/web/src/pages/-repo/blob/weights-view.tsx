import type { FileInspection } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { inspectQuery } from '../../../lib/file-queries.js'
import { formatCount, formatExact } from '../../../lib/units.js'
import { t } from '../../../text/en.js'
import { tf } from '../../../text/en/files.js'
import { Figure, Figures } from '../../../ui/figure.js'
import { Notice } from '../../../ui/notice.js'
import { Section } from '../../../ui/page.js'
import { Skeleton } from '../../../ui/skeleton.js'
import type { BlobProps } from './blob-props.js'
import css from './blob.module.css'
import { MetadataTable } from './metadata-table.js'
import { TensorTable } from './tensor-table.js'

const words = tf.inspect

/** What a weights file says of itself. The server reads its header; nothing of it is loaded or run. */
export function WeightsView({ kind, ns, repo, rev, path }: BlobProps) {
  const { data, error } = useQuery(inspectQuery(kind, `${ns}/${repo}`, rev, path))
  if (error) return <Notice tone="warn">{error.message}</Notice>
  return <div className={css.inspect}>{data ? <Inspection data={data} /> : <Skeleton lines={8} />}</div>
}

function Inspection({ data }: { data: FileInspection }) {
  if (data.format === 'pickle') return <Pickle data={data} />
  if (data.format === 'onnx') return <Onnx data={data} />
  return <Tensors data={data} />
}

type Of<F extends FileInspection['format']> = Extract<FileInspection, { format: F }>

function Tensors({ data }: { data: Of<'safetensors' | 'gguf'> }) {
  const dtypes = Object.entries(data.byDtype).toSorted((a, b) => b[1] - a[1])
  const total = dtypes.reduce((sum, [, count]) => sum + count, 0)
  const isGguf = data.format === 'gguf'
  return (
    <>
      <Figures>
        <Figure
          value={formatCount(data.totalParameters)}
          unit={t.repo.parameters}
          exact={formatExact(data.totalParameters)}
        />
        <Figure value={formatExact(data.tensorCount)} unit={words.tensors} />
        {data.headerBytes !== undefined && <Figure value={formatExact(data.headerBytes)} unit={words.headerBytes} />}
      </Figures>
      <div className={css.dtypes}>
        <div className={css.dtypeBar} aria-hidden="true">
          {dtypes.map(([name, count], index) => (
            <span
              key={name}
              data-chart={(index % 8) + 1}
              style={{ inlineSize: `${(100 * count) / Math.max(total, 1)}%` }}
            />
          ))}
        </div>
        <ul>
          {dtypes.map(([name, count], index) => (
            <li key={name}>
              <i data-chart={(index % 8) + 1} aria-hidden="true" />
              <code>{name}</code>
              <span className="muted">
                {isGguf
                  ? words.tensorCount(count)
                  : words.share(formatCount(count), (100 * count) / Math.max(total, 1))}
              </span>
            </li>
          ))}
        </ul>
      </div>
      {Object.keys(data.metadata).length > 0 && (
        <Section title={t.repo.metadata}>
          <MetadataTable label={t.repo.metadata} values={data.metadata} />
        </Section>
      )}
      <TensorTable tensors={data.tensors} count={data.tensorCount} />
    </>
  )
}

function Onnx({ data }: { data: Of<'onnx'> }) {
  const values = (list: readonly { name: string; type: string; shape: readonly (number | string | null)[] }[]) =>
    Object.fromEntries(
      list.map(({ name, type, shape }) => [name, `${type} [${shape.map((size) => size ?? '?').join(', ')}]`]),
    )
  return (
    <>
      <Figures>
        <Figure
          value={formatCount(data.totalParameters)}
          unit={t.repo.parameters}
          exact={formatExact(data.totalParameters)}
        />
        <Figure value={formatExact(data.nodeCount)} unit={words.nodes} />
      </Figures>
      {data.customDomains.length > 0 && (
        <Notice tone="warn">{words.customDomains(data.customDomains.join(', '))}</Notice>
      )}
      <Section title={words.inputs}>
        <MetadataTable label={words.inputs} values={values(data.inputs)} />
      </Section>
      <Section title={words.outputs}>
        <MetadataTable label={words.outputs} values={values(data.outputs)} />
      </Section>
      <Section title={t.repo.metadata}>
        <MetadataTable
          label={t.repo.metadata}
          values={{
            [words.producer]: data.producer,
            [words.opsets]: data.opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`),
            ...(data.externalFiles.length > 0 ? { [words.externalFiles]: data.externalFiles } : {}),
          }}
        />
      </Section>
    </>
  )
}

const tones = { safe: 'good', suspicious: 'warn', unsafe: 'bad', opaque: 'warn' } as const

function Pickle({ data }: { data: Of<'pickle'> }) {
  return (
    <>
      <Notice tone={tones[data.verdict]}>{words.verdicts[data.verdict]}</Notice>
      {data.unread.map((reason) => (
        <p key={reason} className="muted">
          {words.unread(reason)}
        </p>
      ))}
      {data.imports.length > 0 && (
        <Section title={words.imports(data.imports.length)}>
          <div className={css.scroll} role="region" aria-label={words.imports(data.imports.length)} tabIndex={0}>
            <table className={css.facts}>
              <tbody>
                {data.imports.map(({ module, name, safety }) => (
                  <tr key={`${module}.${name}`}>
                    <th scope="row">
                      <code>{`${module}.${name}`}</code>
                    </th>
                    <td>{words.safety[safety as keyof typeof words.safety] ?? safety}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
      )}
    </>
  )
}
