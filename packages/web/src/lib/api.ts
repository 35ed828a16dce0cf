import { createClient } from '@stoa/sdk'

/** The pages speak to the server that served them and are known by its session cookie. */
export const api = createClient({ baseUrl: '' })

/** Where other programs reach this server: what snippets are filled with. */
export const baseUrl = (): string => window.location.origin
