import { plainLine } from './address.js'

/** What a letter says, before it has a form. Names and addresses of people go through `plainLine`. */
export interface LetterText {
  readonly subject: string
  /** One sentence or two each. */
  readonly paragraphs: readonly string[]
  /** The one thing the reader may do. */
  readonly action?: { readonly label: string; readonly url: string }
  /** Why it came and what to do with it when it was not expected. */
  readonly closing: string
}

export interface WrittenLetter {
  readonly subject: string
  readonly text: string
  readonly html: string
}

const MAX_SUBJECT = 150
const MAX_PARAGRAPH = 2_000

/** The letter as plain text and as simple HTML: no picture, no script, nothing loaded from anywhere. */
export function writeLetter({ subject, paragraphs, action, closing }: LetterText): WrittenLetter {
  const lines = paragraphs.map((paragraph) => plainLine(paragraph, MAX_PARAGRAPH))
  const end = plainLine(closing, MAX_PARAGRAPH)
  const text = [...lines, ...(action ? [`${action.label}:\n${action.url}`] : []), `-- \n${end}`].join('\n\n')
  return { subject: plainLine(subject, MAX_SUBJECT), text: `${text}\n`, html: renderHtml(lines, action, end) }
}

function renderHtml(lines: readonly string[], action: LetterText['action'], end: string): string {
  const shown = lines.map((line) => `<p>${escapeHtml(line)}</p>`)
  if (action) {
    const url = escapeHtml(action.url)
    shown.push(
      `<p><a href="${url}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#1f4fbf;color:#ffffff;text-decoration:none">${escapeHtml(action.label)}</a></p>`,
      `<p style="font-size:13px;word-break:break-all"><a href="${url}">${url}</a></p>`,
    )
  }
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head>
<body style="margin:0;padding:24px;font-family:system-ui,sans-serif;font-size:16px;line-height:1.5">
<div style="max-width:560px;margin:0 auto">
${shown.join('\n')}
<p style="font-size:13px;opacity:0.75;border-top:1px solid;padding-top:12px">${escapeHtml(end)}</p>
</div></body></html>
`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
