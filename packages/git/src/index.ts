export * from './format-error.js'
export * from './object.js'
export * from './tree.js'
