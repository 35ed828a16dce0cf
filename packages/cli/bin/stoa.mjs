#!/usr/bin/env node
// In a checkout this builds what is out of date first; in an installed package it runs what was shipped.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Stoa needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node and run this again.`,
  )
  process.exit(1)
}
const runBuilt = new URL('../../../scripts/run-built.mjs', import.meta.url)
await import(existsSync(fileURLToPath(runBuilt)) ? runBuilt.href : new URL('../dist/main.js', import.meta.url).href)
