/** A letter ready to leave. */
export interface Letter {
  /** `<id@host>`; the same at every attempt. */
  readonly messageId: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly createdAt: Date
}

/** `sent`: a mail server took it over. `kept`: nobody carries letters here; it waits for a person to hand it over. */
export type Carried = 'sent' | 'kept'

/** Takes letters to people. Two ways: SMTP, and an admin who hands them over. */
export interface MailCarrier {
  readonly kind: 'smtp' | 'shown'
  /** Throws `CarryFailure`; may be asked again for the same letter, even after it was sent. */
  carry(letter: Letter): Promise<Carried>
}

/** A letter that did not leave; the message holds no address and no credential. */
export class CarryFailure extends Error {
  /** Trying again cannot help: the address or the letter was refused for good. */
  readonly isFinal: boolean

  constructor(message: string, isFinal: boolean) {
    super(message)
    this.name = 'CarryFailure'
    this.isFinal = isFinal
  }
}
