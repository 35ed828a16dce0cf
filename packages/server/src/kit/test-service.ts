/**
 * For suites of ports: the address of a real service from the environment. Without it the suite is skipped, loudly; under
 * `CI=true` a service named in STOA_TEST_REQUIRE must be there.
 */
export function findTestService(name: string, variable: string): string | null {
  const address = process.env[variable]
  if (address !== undefined && address !== '') return address
  const required = (process.env['STOA_TEST_REQUIRE'] ?? '').split(',')
  if (process.env['CI'] === 'true' && required.includes(name))
    throw new Error(`${variable} is not set, but CI requires it`)
  process.stderr.write(`\nSKIPPED: ${variable} is not set, so nothing was tested against ${name}.\n`)
  return null
}
