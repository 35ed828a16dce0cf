/** Characters that mean something in a filter (RFC 4515 §3). */
const SPECIAL = /[\0()*\\]/g

/** A text as a value of a filter: nothing in it means anything but itself. */
export function escapeFilter(text: string): string {
  return text.replace(SPECIAL, (mark) => `\\${mark.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** Characters that mean something in a name (RFC 4514 §2.4), and those that would at its ends. */
export function escapeDn(text: string): string {
  return text
    .replace(/[\\"+,;<>=\0]/g, (mark) => `\\${mark.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/^[ #]/, (mark) => `\\${mark}`)
    .replace(/ $/, '\\ ')
}

/** A filter with its places filled in: `(uid={login})`. */
export function fillFilter(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : escapeFilter(value)
  })
}
