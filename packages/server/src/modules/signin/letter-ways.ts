import type { Http } from '../../kit/http/server.js'
import type { SigninKit } from './deps.js'
import { welcomeNewcomer } from './email/change-email.js'
import { handleForgotten } from './email/reset-password.js'
import { handleAsked } from './invitations/ask-to-join.js'
import { createAddressBook } from './invitations/place.js'
import { deleteEndedInvitations } from './queries/invitations.js'
import { deleteMailLinks } from './queries/mail-links.js'
import { bindEmail } from './routes/email.js'
import { bindInvitations } from './routes/invitations.js'
import { bindJoin } from './routes/join.js'
import { bindLetters } from './routes/letters.js'

const DAY_MS = 24 * 3_600_000
const KEEP_MS = 30 * DAY_MS

/** What comes and goes by letter: addresses, forgotten passwords, invitations. */
export function createLetterWays(signin: SigninKit) {
  const deps = { ...signin, book: createAddressBook(signin) }
  deps.accounts.newcomers.provideWelcome((tx, newcomer) => welcomeNewcomer(tx, deps, newcomer))
  handleForgotten(deps)
  handleAsked(deps)
  deps.jobs.repeat('signin.forgetEnded', DAY_MS, async () => {
    const before = new Date(deps.clock.now().getTime() - KEEP_MS)
    await deps.write(async (tx) => {
      await deleteMailLinks(tx, before)
      await deleteEndedInvitations(tx, before)
    })
  })
  return {
    routes: (http: Http): void => {
      bindEmail(http, deps)
      bindLetters(http, deps)
      bindInvitations(http, deps)
      bindJoin(http, deps)
    },
  }
}
