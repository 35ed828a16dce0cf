import type { Config } from '../config.js'
import { type MailCarrier } from './port.js'
import { createShownCarrier } from './shown.js'
import { createSmtpCarrier } from './smtp.js'

/** The way letters take here, by the settings. */
export function openCarrier({ mail }: Pick<Config, 'mail'>, publicUrl: () => string): MailCarrier {
  if (mail.smtp === null) return createShownCarrier()
  return createSmtpCarrier({ ...mail.smtp, helloName: () => new URL(publicUrl()).hostname })
}
