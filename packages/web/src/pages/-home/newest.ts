import { reposQuery } from '../../lib/repo-list.js'

/** What a visitor sees first of the catalogue. */
export const newestModels = reposQuery('model', { sort: 'lastModified', limit: '6' })
