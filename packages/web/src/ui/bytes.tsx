import { formatBytes, formatExact } from '../lib/units.js'

/** A size in decimal units; the bytes are on hover. */
export function Bytes({ value }: { value: number }) {
  return (
    <span style={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }} title={`${formatExact(value)} B`}>
      {formatBytes(value)}
    </span>
  )
}
