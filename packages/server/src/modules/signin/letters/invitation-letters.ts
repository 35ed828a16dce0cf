import type { NewLetter } from '../../../kit/mail/mail.js'

interface Invitation {
  readonly id: string
  readonly to: string
  readonly url: string
  readonly expiresAt: Date
  /** Who invites, and where to, by their names. */
  readonly inviter: string | null
  readonly org: string | null
  readonly host: string
}

/** What an invited person reads: names of accounts only, which can hold no link. */
export function invitationLetter({ id, to, url, expiresAt, inviter, org, host }: Invitation): NewLetter {
  const who = inviter ?? 'An admin'
  const where = org === null ? `the platform at ${host}` : `the organisation ${org} on ${host}`
  return {
    kind: 'invitation',
    to,
    subjectId: null,
    about: id,
    worthlessAt: expiresAt,
    subject: org === null ? `An invitation to ${host}` : `An invitation to ${org} on ${host}`,
    paragraphs: [
      `${who} invites you to ${where}.`,
      'The page behind the link shows what you will see before you join.',
    ],
    action: { label: 'See the invitation', url },
    closing: 'The link is for you alone. You know nothing of this? Do nothing, and it ends by itself.',
  }
}

/** Somebody asked to join with an address of a domain that lets people in. */
export function joinLetter({ id, to, url, expiresAt, host }: Omit<Invitation, 'inviter' | 'org'>): NewLetter {
  return {
    kind: 'sign_up',
    to,
    subjectId: null,
    about: id,
    worthlessAt: expiresAt,
    subject: `Your account on ${host}`,
    paragraphs: [`Somebody, probably you, asked for an account on ${host} with this address.`],
    action: { label: 'Make the account', url },
    closing: 'You did not ask for this? Do nothing, and it ends by itself.',
  }
}

/** The same, to somebody who has an account already. */
export function knownLetter(to: string, subjectId: string, name: string, host: string): NewLetter {
  return {
    kind: 'sign_up',
    to,
    subjectId,
    subject: `You have an account on ${host}`,
    paragraphs: [
      `Somebody, probably you, asked for an account on ${host} with this address. It belongs to the account ${name} already: sign in with it, or set a new password on the sign-in page.`,
    ],
    closing: 'You did not ask for this? Do nothing.',
  }
}
