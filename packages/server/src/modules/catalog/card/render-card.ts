import rehypeKatex from 'rehype-katex'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize, { defaultSchema, type Options as Schema } from 'rehype-sanitize'
import rehypeStringify from 'rehype-stringify'
import remarkGfm from 'remark-gfm'
import remarkMath from 'remark-math'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'
import { type CardPlace, ID_PREFIX } from './address.js'
import { collectToc, rewriteLinks, stripActiveAttributes, type TocEntry } from './rewrite-links.js'

/** Longest text that is rendered, in characters; longer ones are cut and say so. */
export const MAX_RENDERED_CHARS = 500_000

/** A card as HTML that may stand in our own page. */
export interface RenderedCard {
  readonly html: string
  readonly toc: readonly TocEntry[]
  readonly isCut: boolean
}

const allowed = defaultSchema.attributes ?? {}

/** The GitHub-like default, minus every way to load something unasked, plus what cards use. */
const SCHEMA: Schema = {
  ...defaultSchema,
  clobberPrefix: ID_PREFIX,
  tagNames: [
    ...(defaultSchema.tagNames ?? []).filter((tag) => tag !== 'source' && tag !== 'picture'),
    ...['center', 'figure', 'figcaption', 'mark', 'small', 'u', 'abbr', 'video', 'audio', 'caption'],
  ],
  attributes: {
    ...allowed,
    '*': [
      ...['align', 'vAlign', 'colSpan', 'rowSpan', 'dir', 'lang', 'title', 'id', 'width', 'height'],
      ...['ariaDescribedBy', 'ariaLabel', 'ariaLabelledBy'],
    ],
    a: [...(allowed['a'] ?? []), 'name'],
    details: ['open'],
    ol: [...(allowed['ol'] ?? []), 'start', 'type'],
    input: [...(allowed['input'] ?? []), 'checked'],
    code: [['className', /^language-[\w+#.-]{1,40}$/, 'math-inline', 'math-display']],
    img: ['src', 'alt', 'title', 'width', 'height', 'align'],
    video: ['src', 'controls', 'width', 'height'],
    audio: ['src', 'controls'],
    abbr: ['title'],
    source: [],
  },
  protocols: { href: ['http', 'https', 'mailto'], src: ['http', 'https'], cite: ['http', 'https'] },
  strip: [
    'script',
    'style',
    'title',
    'textarea',
    'noscript',
    'iframe',
    'object',
    'svg',
    'math',
    'template',
    'xmp',
    'noembed',
    'noframes',
  ],
}

/** Small expressions only: a macro may not expand without end, nothing may link or load. MathML needs no inline style. */
const KATEX = { output: 'mathml', trust: false, strict: false, maxExpand: 500, maxSize: 20 } as const

/** Renders the text of a card (without its front matter). Pure; may take long on hostile text, so run it where it can be stopped. */
export function renderCard(markdown: string, place: CardPlace): RenderedCard {
  const toc: TocEntry[] = []
  const isCut = markdown.length > MAX_RENDERED_CHARS
  const html = unified()
    .use(remarkParse)
    .use(remarkGfm)
    .use(remarkMath, { singleDollarTextMath: false })
    .use(remarkRehype, { allowDangerousHtml: true, clobberPrefix: '' })
    .use(rehypeRaw)
    .use(rehypeSanitize, SCHEMA)
    .use(() => rewriteLinks(place))
    .use(() => collectToc(toc))
    .use(rehypeKatex, KATEX)
    .use(stripActiveAttributes)
    .use(rehypeStringify)
    .processSync(isCut ? markdown.slice(0, MAX_RENDERED_CHARS) : markdown)
  return { html: String(html), toc, isCut }
}
