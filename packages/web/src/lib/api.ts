import { type Client, createClient } from '@stoa/sdk'
import { withConfirm } from './confirm.js'

const client = createClient({ baseUrl: '' })

/**
 * The pages speak to the server that served them and are known by its session cookie. What the server wants confirmed first is
 * asked for and done again.
 */
export const api: Client = {
  send: (route, args) => withConfirm(() => client.send(route, args)),
  call: (route, args) => withConfirm(() => client.call(route, args)),
}

/** Where other programs reach this server: what snippets are filled with. */
export const baseUrl = (): string => window.location.origin
