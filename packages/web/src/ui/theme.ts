/**
 * The only place of colours and sizes. `build/theme-plugin.ts` turns it into the style sheet `virtual:theme.css`;
 * style sheets name the variables (`var(--canvas)`), components never name a literal.
 */

/** [light, dark] */
type Pair = readonly [light: string, dark: string]

const colors = {
  canvas: ['#FBFAF8', '#121314'],
  surface: ['#FFFFFF', '#191A1C'],
  raised: ['#FFFFFF', '#202124'],
  sunken: ['#F4F2EE', '#161719'],
  hover: ['#F3F1EC', '#222427'],
  line: ['#E7E4DE', '#2C2E31'],
  'line-strong': ['#CFCBC3', '#42454A'],
  /** Borders of controls: 3 : 1 against the surface. */
  'line-control': ['#8F8B83', '#6B6F76'],
  text: ['#1B1C1E', '#ECEDEE'],
  muted: ['#5D6066', '#A6A9AE'],
  faint: ['#8B8E94', '#7B7F85'],
  accent: ['#2452E0', '#7FA0FF'],
  'accent-strong': ['#1B41B8', '#9DB6FF'],
  'accent-soft': ['#EAF0FF', '#1C2744'],
  'on-accent': ['#FFFFFF', '#0E1220'],
  good: ['#1F7A4D', '#57C78B'],
  'good-soft': ['#E7F4EC', '#16291F'],
  warn: ['#8A5C00', '#E2B23C'],
  'warn-soft': ['#FBF1DC', '#2C2412'],
  bad: ['#B3362B', '#F0796D'],
  'bad-soft': ['#FBEAE8', '#331B19'],
  info: ['#2452E0', '#7FA0FF'],
  'kind-model': ['#4A5FA8', '#95A6E6'],
  'kind-dataset': ['#2F7A6B', '#74C5B4'],
  'kind-app': ['#A2543A', '#E29A80'],
  'kind-bucket': ['#7A6A2C', '#CBB763'],
  'kind-run': ['#7B4F93', '#C69BDC'],
  'kind-circuit': ['#3B748F', '#82BFDA'],
  'code-text': ['#24262A', '#E3E5E8'],
  'code-keyword': ['#8A3A9C', '#D49BE3'],
  'code-string': ['#1F6F46', '#7DCB9F'],
  'code-number': ['#9A5200', '#E3A75F'],
  'code-comment': ['#696C72', '#8D9197'],
  backdrop: ['rgb(27 28 30 / 32%)', 'rgb(0 0 0 / 56%)'],
  'chart-1': ['#2452E0', '#7FA0FF'],
  'chart-2': ['#C26A1B', '#E9A15C'],
  'chart-3': ['#1F8A70', '#5CC9AE'],
  'chart-4': ['#8E44AD', '#C792DE'],
  'chart-5': ['#B3362B', '#F0796D'],
  'chart-6': ['#6B7A1E', '#B9C75C'],
  'chart-7': ['#2F7FA8', '#78BFE3'],
  'chart-8': ['#5D6066', '#A6A9AE'],
} as const satisfies Record<string, Pair>

const shadows = {
  'shadow-1': [
    '0 1px 2px rgb(27 28 30 / 6%), 0 4px 12px rgb(27 28 30 / 6%)',
    '0 1px 2px rgb(0 0 0 / 40%), 0 4px 12px rgb(0 0 0 / 32%)',
  ],
  'shadow-2': [
    '0 4px 12px rgb(27 28 30 / 8%), 0 16px 48px rgb(27 28 30 / 14%)',
    '0 4px 12px rgb(0 0 0 / 44%), 0 16px 48px rgb(0 0 0 / 48%)',
  ],
} as const satisfies Record<string, Pair>

const sizes = {
  'font-text': "'Inter', 'Inter fallback', system-ui, sans-serif",
  'font-code': "'JetBrains Mono', ui-monospace, 'Cascadia Mono', monospace",
  'size-12': '0.75rem',
  'size-13': '0.8125rem',
  'size-14': '0.875rem',
  'size-16': '1rem',
  'size-20': '1.25rem',
  'size-26': '1.625rem',
  'size-34': '2.125rem',
  'space-1': '4px',
  'space-2': '8px',
  'space-3': '12px',
  'space-4': '16px',
  'space-5': '20px',
  'space-6': '24px',
  'space-8': '32px',
  'space-10': '40px',
  'space-12': '48px',
  'space-16': '64px',
  'radius-control': '6px',
  'radius-card': '10px',
  'control-height': '32px',
  'control-dense': '28px',
  'control-touch': '44px',
  'row-height': '36px',
  'bar-height': '52px',
  'rail-width': '220px',
  'aside-width': '320px',
  'page-width': '1280px',
  'prose-width': '72ch',
  motion: '120ms',
} as const

/** Names of the colours, for the page that shows every part. */
export const colorNames = Object.keys(colors) as (keyof typeof colors)[]
/** Widths at which the layout changes, in px: phones, and the shell without its full bar. */
export const breakpoints = { phone: 640, compact: 900, wide: 1100 } as const
export const rowHeightPx = { normal: 36, dense: 28 } as const
/** Where the person's choice of light or dark and of row height is kept; the head script of index.html reads the same keys. */
export const schemeKey = 'stoa.scheme'
export const densityKey = 'stoa.density'

const declare = (entries: readonly (readonly [string, string])[]) => entries.map(([k, v]) => `--${k}:${v}`).join(';')
const side = (index: 0 | 1) =>
  [...Object.entries(colors), ...Object.entries(shadows)].map(([name, pair]) => [name, pair[index]] as const)

/** Mantine's own variables, spoken in our tokens, so that its parts look like ours. */
const mantine = {
  'mantine-font-family': 'var(--font-text)',
  'mantine-font-family-monospace': 'var(--font-code)',
  'mantine-color-body': 'var(--surface)',
  'mantine-color-text': 'var(--text)',
  'mantine-color-dimmed': 'var(--muted)',
  'mantine-color-placeholder': 'var(--muted)',
  'mantine-color-default': 'var(--surface)',
  'mantine-color-default-hover': 'var(--hover)',
  'mantine-color-default-border': 'var(--line)',
  'mantine-color-anchor': 'var(--accent)',
  'mantine-color-error': 'var(--bad)',
  'mantine-primary-color-filled': 'var(--accent)',
  'mantine-radius-default': 'var(--radius-control)',
  'mantine-shadow-md': 'var(--shadow-1)',
} as const

/** The style sheet of all tokens; `forced-colors` and print keep the light side. */
export function themeCss(): string {
  const light = declare(side(0))
  const dark = declare(side(1))
  const bridge = declare(Object.entries(mantine))
  return [
    `:root{${declare(Object.entries(sizes))};${light};color-scheme:light}`,
    `:root[data-density='dense']{--row-height:${rowHeightPx.dense}px}`,
    `:root[data-mantine-color-scheme='dark']{${dark};color-scheme:dark}`,
    `:root[data-mantine-color-scheme]{${bridge}}`,
    `@media print{:root[data-mantine-color-scheme='dark']{${light};color-scheme:light}}`,
    `@media (prefers-reduced-motion:reduce){:root{--motion:0ms}}`,
  ].join('\n')
}
