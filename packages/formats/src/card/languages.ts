/** Values of `language` that are no ISO code and still mean something on the Hub. */
export const SPECIAL_LANGUAGES: readonly string[] = ['code', 'multilingual']

const CODE = /^[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}$/
const TWO_LETTERS = new Set(
  (
    'aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu ' +
    'fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko ' +
    'kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa ' +
    'pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ' +
    'ug uk ur uz ve vi vo wa wo xh yi yo za zh zu'
  ).split(' '),
)

/** Whether a card may name this language: an ISO 639-1 code, the form of an ISO 639-2 or 639-3 code, with BCP 47 parts, or a special value. */
export function isLanguageCode(value: string): boolean {
  if (SPECIAL_LANGUAGES.includes(value)) return true
  if (!CODE.test(value)) return false
  const base = value.split(/[-_]/)[0] ?? ''
  return base.length === 3 || TWO_LETTERS.has(base)
}

/** English name of a language code, or the code itself when it has none. */
export function languageName(code: string): string {
  if (SPECIAL_LANGUAGES.includes(code)) return code === 'code' ? 'Code' : 'Multilingual'
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(code.replaceAll('_', '-')) ?? code
  } catch {
    return code
  }
}
