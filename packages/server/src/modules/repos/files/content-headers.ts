/** Types a browser may show. Everything else is offered as bytes; what could run as a page never is one. */
const SHOWN: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  flac: 'audio/flac',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  m4a: 'audio/mp4',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  wasm: 'application/wasm',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
}
const TEXT = new Set(
  'c cc cfg conf cpp cs css csv cu diff gitattributes gitignore go h hpp ini ipynb java jinja js jsonl kt log lua md mjs patch php pl proto py r rb rs rst sh sql srt swift tex tf toml ts tsv txt vtt yaml yml'.split(
    ' ',
  ),
)
/** Formats that browsers run: always a download, never with their own type. */
const ACTIVE = new Set(['htm', 'html', 'mht', 'mhtml', 'shtml', 'svg', 'svgz', 'xht', 'xhtml', 'xml', 'xsl', 'xslt'])
const BYTES = 'application/octet-stream'

export interface ContentOptions {
  readonly isDownload: boolean
  readonly hasDisposition: boolean
}

/**
 * Headers of somebody else's file on our origin: a type that cannot run, no guessing by the browser, a sandbox without
 * scripts, and a name to save it under.
 */
export function contentHeaders(fileName: string, options: ContentOptions): Record<string, string> {
  const dot = fileName.lastIndexOf('.')
  const extension = dot < 0 ? '' : fileName.slice(dot + 1).toLowerCase()
  const isActive = ACTIVE.has(extension)
  const isText = TEXT.has(extension) || isActive || dot < 0
  const disposition = isActive || options.isDownload ? 'attachment' : 'inline'
  return {
    'content-type': SHOWN[extension] ?? (isText ? 'text/plain; charset=utf-8' : BYTES),
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'cross-origin',
    ...(options.hasDisposition || isActive
      ? {
          'content-disposition': `${disposition}; filename*=UTF-8''${encodeName(fileName)}; filename="${plain(fileName)}";`,
        }
      : {}),
  }
}

/** RFC 8187. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

const plain = (name: string): string => name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\]/g, '_')
