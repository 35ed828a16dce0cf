export { type Config, ConfigError, type Environment, configSchema, readConfig } from './kit/config.js'
export { createLog } from './kit/log.js'
export { type Running, start, type StartOptions } from './start.js'
