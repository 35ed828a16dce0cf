export type Language = 'python' | 'ts' | 'sh' | 'json' | 'yaml' | 'text'
export interface Piece {
  kind: 'plain' | 'keyword' | 'string' | 'number' | 'comment'
  text: string
}

const words: Readonly<Record<Language, string>> = {
  python:
    'and as assert async await break class continue def del elif else except finally for from global if import in is lambda not or pass raise return try while with yield None True False',
  ts: 'as async await break case catch class const continue default do else enum export extends false finally for from function if import in instanceof interface let new null of return static super switch this throw true try type typeof undefined var void while yield',
  sh: 'cd curl export git hf npm npx pip python echo if then else fi for do done in sudo',
  json: 'true false null',
  yaml: 'true false null',
  text: '',
}
const strings = `"(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*'|\`(?:[^\`\\\\]|\\\\.)*\``
const comments: Readonly<Record<Language, string>> = {
  python: '#[^\\n]*',
  ts: '//[^\\n]*|/\\*[\\s\\S]*?\\*/',
  sh: '(?<=^|\\s)#[^\\n]*',
  json: '(?!)',
  yaml: '(?<=^|\\s)#[^\\n]*',
  text: '(?!)',
}

/** Longest text that is coloured; beyond it colours cost more than they help. */
const maxChars = 200_000

/** Cuts source text into coloured pieces; not a parser, only good enough to read by. */
export function highlight(text: string, language: Language): Piece[] {
  if (language === 'text' || text.length > maxChars) return [{ kind: 'plain', text }]
  const keywords = new Set(words[language].split(' '))
  const pattern = new RegExp(
    `(${comments[language]})|(${strings})|(?<![\\w./:])(\\d[\\d_.]*)\\b(?![\\w:/])|([A-Za-z_][\\w]*)`,
    'gm',
  )
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    const [whole, comment, string, number] = match
    const kind = comment ? 'comment' : string ? 'string' : number ? 'number' : keywords.has(whole) ? 'keyword' : 'plain'
    if (kind === 'plain') continue
    if (match.index > end) pieces.push({ kind: 'plain', text: text.slice(end, match.index) })
    pieces.push({ kind, text: whole })
    end = match.index + whole.length
  }
  if (end < text.length) pieces.push({ kind: 'plain', text: text.slice(end) })
  return pieces
}

const byEnding: Readonly<Record<string, Language>> = {
  py: 'python',
  ts: 'ts',
  tsx: 'ts',
  js: 'ts',
  mjs: 'ts',
  sh: 'sh',
  json: 'json',
  jsonl: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  md: 'text',
}
export const languageOf = (path: string): Language => byEnding[path.split('.').pop()?.toLowerCase() ?? ''] ?? 'text'
