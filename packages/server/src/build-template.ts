import { buildTemplate } from './kit/db/template.js'

/** The last step of a build: `node packages/server/dist/build-template.js`. */
await buildTemplate()
