import type { NewLetter } from '../../../kit/mail/mail.js'

/** Letters about addresses and passwords. They name accounts by name, which can hold no link and no line break. */

interface Recipient {
  readonly to: string
  readonly subjectId: string
  readonly name: string
}

interface Link {
  readonly id: string
  readonly url: string
  readonly expiresAt: Date
}

const NOT_YOU = 'If this was not you, sign in, end the other sessions under Settings and change your password.'
const carrying = ({ id, expiresAt }: Link) => ({ about: id, worthlessAt: expiresAt })

export function verifyAddressLetter({ to, subjectId, name }: Recipient, link: Link): NewLetter {
  return {
    kind: 'email.verify',
    to,
    subjectId,
    ...carrying(link),
    subject: 'Confirm your e-mail address',
    paragraphs: [`The account ${name} gave this address as its own.`, 'Open the link within 24 hours to confirm it.'],
    action: { label: 'Confirm this address', url: link.url },
    closing: 'You have no such account? Then somebody mistyped an address. Do nothing: without you it will not count.',
  }
}

export function addressAskedLetter({ to, subjectId, name }: Recipient): NewLetter {
  return {
    kind: 'email.asked',
    to,
    subjectId,
    subject: 'Another e-mail address was given for your account',
    paragraphs: [
      `The account ${name} is about to get another e-mail address. Until that one is confirmed, this one stays.`,
      NOT_YOU,
    ],
    closing: 'You get this because this address belongs to the account.',
  }
}

export function addressChangedLetter({ to, subjectId, name }: Recipient): NewLetter {
  return {
    kind: 'email.changed',
    to,
    subjectId,
    subject: 'Your account has another e-mail address now',
    paragraphs: [
      `The account ${name} no longer belongs to this address: letters go to another one, and this one no longer signs in.`,
      'If this was not you, tell the people who run this platform at once.',
    ],
    closing: 'You get this because this address belonged to the account until now.',
  }
}

export function resetPasswordLetter({ to, subjectId, name }: Recipient, link: Link): NewLetter {
  return {
    kind: 'password.reset',
    to,
    subjectId,
    ...carrying(link),
    subject: 'Set a new password',
    paragraphs: [
      `Somebody, probably you, asked to set a new password for the account ${name}.`,
      'The link works once. A second factor, if you have one, is still asked for afterwards.',
    ],
    action: { label: 'Set a new password', url: link.url },
    closing: 'You did not ask for this? Do nothing; your password stays as it is.',
  }
}

export function confirmLetter({ to, subjectId, name }: Recipient, link: Link): NewLetter {
  return {
    kind: 'confirm',
    to,
    subjectId,
    ...carrying(link),
    subject: 'Confirm that it is you',
    paragraphs: [
      `Somebody who is signed in as ${name}, probably you, is about to change something that matters.`,
      'Open the link in the browser in which you are signed in. It works once.',
    ],
    action: { label: 'Yes, it is me', url: link.url },
    closing: 'This was not you? Do not open the link, and end the other sessions of your account under Settings.',
  }
}

export function passwordChangedLetter({ to, subjectId, name }: Recipient): NewLetter {
  return {
    kind: 'password.changed',
    to,
    subjectId,
    subject: 'Your password was changed',
    paragraphs: [
      `The password of the account ${name} was set anew through a letter, and every session was ended.`,
      'If this was not you, tell the people who run this platform at once.',
    ],
    closing: 'You get this because this address belongs to the account.',
  }
}

export function testLetter({ to, subjectId, name }: Recipient): NewLetter {
  return {
    kind: 'test',
    to,
    subjectId,
    subject: 'Letters of this platform arrive',
    paragraphs: [`${name} asked for this letter to see whether letters leave. They do.`],
    closing: 'Nothing is to be done.',
  }
}
