import type { Sender } from './address.js'
import { CarryFailure, type Letter, type MailCarrier } from './port.js'
import type { SmtpAddress } from './smtp-address.js'

const CONNECT_MS = 10_000
const SILENCE_MS = 30_000
const MAX_REASON = 300

export interface SmtpOptions {
  readonly address: SmtpAddress
  readonly from: Sender
  /** How this server introduces itself: the host of its public address. */
  helloName(): string
  /** Certificates to trust beside the usual ones; tests have their own. */
  readonly ca?: string
}

/** Hands letters to a mail server. A connection per letter: nothing is left open between them. */
export function createSmtpCarrier(options: SmtpOptions): MailCarrier {
  const { host, port, tls, auth } = options.address
  return {
    kind: 'smtp',
    carry: async (letter) => {
      // Loaded with the first letter: a start does not wait for it.
      const { createTransport } = await import('nodemailer')
      const transport = createTransport({
        host,
        port,
        name: options.helloName(),
        secure: tls === 'direct',
        requireTLS: tls === 'required',
        ignoreTLS: tls === 'none',
        ...(auth === null ? {} : { auth }),
        opportunisticTLS: tls === 'optional',
        tls: {
          minVersion: 'TLSv1.2',
          // Where the clear would do, a certificate of nobody is still better than the clear.
          rejectUnauthorized: tls !== 'optional',
          ...(options.ca === undefined ? {} : { ca: options.ca }),
        },
        connectionTimeout: CONNECT_MS,
        greetingTimeout: CONNECT_MS,
        dnsTimeout: CONNECT_MS,
        socketTimeout: SILENCE_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      try {
        await transport.sendMail(compose(letter, options.from))
        return 'sent'
      } catch (error) {
        throw explain(error, letter.to)
      } finally {
        transport.close()
      }
    },
  }
}

function compose(letter: Letter, from: Sender) {
  const { messageId, to, subject, text, html, createdAt } = letter
  return {
    from: { name: from.name, address: from.address },
    to: { name: '', address: to },
    envelope: { from: from.address, to: [to] },
    messageId,
    date: createdAt,
    subject,
    text,
    html,
    // Asks machines at the other end not to answer (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

interface SmtpError extends Error {
  readonly code?: string
  readonly responseCode?: number
  readonly response?: string
}

/** Only a refusal of this recipient or this letter is final; a mail server that cannot be used may be repaired. */
function explain(error: unknown, recipient: string): CarryFailure {
  const { code = '', responseCode = 0, response, message } = error as SmtpError
  const isAboutLetter = code === 'EENVELOPE' || code === 'EMESSAGE'
  const reason = (response ?? message).replaceAll(recipient, 'the recipient').slice(0, MAX_REASON)
  return new CarryFailure(reason, isAboutLetter && responseCode >= 500)
}
