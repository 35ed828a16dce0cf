import { parseFrontMatter } from '@stoa/formats'
import { describe, expect, it } from 'vitest'
import { stateAfterAsking } from './access-request.js'
import { checkAnswers, readForm } from './read-form.js'
import { csvCell } from './write-report.js'

const CARD = `---
extra_gated_heading: "Please *ask*"
extra_gated_prompt: Read the licence.
extra_gated_button_content: I agree
extra_gated_fields:
  Name: text
  Born: date_picker
  Country: country
  Where: ip_location
  Use:
    type: select
    options: [Research, {label: Other use, value: other}]
  I agree: checkbox
  Odd: { type: rocket }
---
`
const form = readForm(parseFrontMatter(CARD).data)
const answers = { Name: ' Bob ', Born: '2000-02-29', Country: 'Norway', Use: 'other', 'I agree': 'on', more: 'x' }

describe('the form of a gate', () => {
  it('is read from the card, without what it cannot ask', () => {
    expect(form).toMatchObject({ heading: 'Please *ask*', prompt: 'Read the licence.', button: 'I agree' })
    expect(form.fields.map((field) => field.label)).toEqual(['Name', 'Born', 'Country', 'Use', 'I agree'])
    expect(form.fields[3]?.options).toEqual([
      { label: 'Research', value: 'Research' },
      { label: 'Other use', value: 'other' },
    ])
  })
  it('is empty for cards that hold something else under these keys', () => {
    for (const card of ['[1]', 'text', '{a: [b]}', '1', 'null']) {
      const read = readForm(parseFrontMatter(`---\nextra_gated_fields: ${card}\nextra_gated_heading: [x]\n---\n`).data)
      expect(read.fields).toEqual([])
      expect(read.heading).toBeNull()
    }
    expect(readForm(null).fields).toEqual([])
  })
  it('caps what a hostile card lists', () => {
    const fields = Array.from({ length: 400 }, (_, n) => `  f${n}: text`).join('\n')
    expect(readForm(parseFrontMatter(`---\nextra_gated_fields:\n${fields}\n---\n`).data).fields).toHaveLength(50)
  })
  it('keeps the answers it asked for', () => {
    const kept = { Name: 'Bob', Born: '2000-02-29', Country: 'Norway', Use: 'other', 'I agree': true }
    expect(checkAnswers(form, answers)).toEqual(kept)
  })
  it.each([
    [{ Name: '  ' }, /Name.*filled in/],
    [{ Name: 'x'.repeat(2001) }, /Name.*longer/],
    [{ Name: 7 }, /Name.*filled in/],
    [{ Born: 'yesterday' }, /Born.*date/],
    [{ Use: 'War' }, /Use.*offered/],
    [{ 'I agree': 'false' }, /I agree.*ticked/],
  ])('refuses %o', (wrong, message) => {
    expect(() => checkAnswers(form, { ...answers, ...wrong })).toThrow(message)
  })
})

it('lets asking change only what the owner has not decided', () => {
  expect(stateAfterAsking(null, 'auto')).toBe('accepted')
  expect(stateAfterAsking('pending', 'auto')).toBe('accepted')
  expect(stateAfterAsking(null, 'manual')).toBe('pending')
  expect(stateAfterAsking('pending', 'manual')).toBe('pending')
  expect(stateAfterAsking('accepted', 'manual')).toBeNull()
  expect(stateAfterAsking('rejected', 'auto')).toBeNull()
})

it('writes cells that no spreadsheet runs', () => {
  expect(csvCell('=1+1')).toBe(`'=1+1`)
  expect(csvCell('-2,"x"')).toBe(`"'-2,""x"""`)
  expect(csvCell(undefined)).toBe('')
})
