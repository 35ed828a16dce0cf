import {
  changeEmail,
  confirmEmail,
  forgotPassword,
  getEmail,
  inspectMailLink,
  refuse,
  removeEmail,
  resetPassword,
} from '@stoa/contracts'
import { refuseCrossSite } from '../../../kit/http/bind.js'
import type { Http } from '../../../kit/http/server.js'
import { type Person, requireSession } from '../../accounts/index.js'
import type { SigninKit } from '../deps.js'
import { askForEmail, confirmEmail as useLink, removeEmail as forget, showEmail } from '../email/change-email.js'
import { getMailLink } from '../email/mail-links.js'
import { askForReset, redeemReset } from '../email/reset-password.js'

/** My address, and what is done through it. */
export function bindEmail(http: Http, deps: SigninKit): void {
  bindReset(http, deps)
  const stoa = http.scope('stoa')
  const getSelf = async (userId: string): Promise<Person> => {
    const person = await deps.accounts.people.find(deps.db, userId)
    if (!person) throw refuse('AccountNotFound')
    return person
  }

  stoa.bind(getEmail, async ({ actor }) => {
    requireSession(actor)
    return showEmail(deps, actor.userId)
  })

  stoa.bind(changeEmail, async ({ actor, body }) => {
    requireSession(actor)
    const person = await getSelf(actor.userId)
    const isSame = person.email?.toLowerCase() === body.email.toLowerCase()
    if (isSame && person.isEmailVerified) throw refuse('InvalidRequest', 'This is your address already.')
    // Another letter to the address that is already written down changes nothing, so nobody is asked who they are.
    if (!isSame) await deps.accounts.access.demandConfirmed(actor)
    await deps.write((tx) => askForEmail(tx, deps, person, body.email))
    return showEmail(deps, actor.userId)
  })

  stoa.bind(removeEmail, async ({ actor }) => {
    await deps.accounts.access.demandConfirmed(actor)
    const person = await getSelf(actor.userId)
    await deps.write((tx) => forget(tx, deps, person))
    return showEmail(deps, actor.userId)
  })

  stoa.bind(confirmEmail, async ({ actor, body }) => {
    requireSession(actor)
    await useLink(deps, actor.userId, body.secret)
    return showEmail(deps, actor.userId)
  })
}

function bindReset(http: Http, deps: SigninKit): void {
  const stoa = http.scope('stoa')

  stoa.bind(inspectMailLink, async ({ body }) => {
    const { link, email, person } = await getMailLink(deps, body.secret)
    return { purpose: link.purpose, name: person.name, email, expiresAt: link.expiresAt.toISOString() }
  })

  stoa.bind(forgotPassword, async ({ body, request }) => {
    refuseCrossSite(request, deps.publicUrl())
    await askForReset(deps, body.email)
  })

  stoa.bind(resetPassword, async ({ body, request }) => {
    refuseCrossSite(request, deps.publicUrl())
    await redeemReset(deps, body.secret, body.password)
  })
}
