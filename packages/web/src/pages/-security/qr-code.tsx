import { encode } from 'uqr'
import { security as words } from '../../text/en/security.js'
import css from './security.module.css'

/** A QR code, drawn here: the secret in it goes nowhere else. Dark on white in either theme, as cameras want it. */
export function QrCode({ text }: { text: string }) {
  const { data, size } = encode(text, { border: 3 })
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return (
    <svg
      className={css.qr}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={words.qrLabel}
      shapeRendering="crispEdges"
    >
      <path d={path} fill="#000" />
    </svg>
  )
}
