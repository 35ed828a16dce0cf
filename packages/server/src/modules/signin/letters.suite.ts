import type { Kit } from '../../kit/kit.js'

/** What of a running server is asked. */
interface Mailbox {
  readonly running: { readonly kit: Pick<Kit, 'jobs' | 'mail'> }
}

/** What a person finds in their mailbox; the tests have no mail server, so the admin's outbox is read. */
export interface FoundLetter {
  readonly id: string
  readonly kind: string
  readonly subject: string
  readonly text: string
  /** What stands behind the `#` of the link. */
  readonly secret: string
}

/** Letters that wait for an address, newest first. */
export async function lettersTo(server: Mailbox, address: string): Promise<FoundLetter[]> {
  const { jobs, mail } = server.running.kit
  await jobs.drained()
  const open = await mail.outbox.list({ isOpen: true, limit: 500 })
  const mine = open.filter((letter) => letter.to?.toLowerCase() === address.toLowerCase())
  const read = await Promise.all(mine.map(({ id }) => mail.outbox.read(id)))
  return read.flatMap((one) => {
    if (!one) return []
    const { letter, text } = one
    const secret = /#(\S+)/.exec(text)?.[1] ?? ''
    return [{ id: letter.id, kind: letter.kind, subject: letter.subject ?? '', text, secret }]
  })
}

/** The newest letter of a kind to an address. */
export async function letterTo(server: Mailbox, address: string, kind: string): Promise<FoundLetter> {
  const letters = await lettersTo(server, address)
  const found = letters.find((letter) => letter.kind === kind)
  if (!found) throw new Error(`no ${kind} to ${address}, but ${letters.map((letter) => letter.kind).join(', ')}`)
  return found
}
