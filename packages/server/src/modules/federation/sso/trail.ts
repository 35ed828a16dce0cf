import { refuse, type SignOnStep } from '@stoa/contracts'

const MAX_SHOWN = 300

/** What was looked at in an answer, in order; words for people stand in the pages. */
export interface Trail {
  readonly steps: readonly SignOnStep[]
  readonly received: readonly { readonly name: string; readonly values: string[] }[]
  ok(check: string, seen?: string): void
  /** Something worth knowing that refuses nothing. */
  note(check: string, seen?: string, expected?: string): void
  /** Ends the sign-in: throws `SignOnFailed` with the check's name. */
  fail(check: string, seen?: string, expected?: string): never
  /** Fails unless it is so. */
  demand(isSo: boolean, check: string, seen?: string, expected?: string): void
  receive(attributes: ReadonlyMap<string, readonly string[]>): void
}

export function createTrail(): Trail {
  const steps: SignOnStep[] = []
  const received: { name: string; values: string[] }[] = []
  const add = (outcome: SignOnStep['outcome'], check: string, seen?: string, expected?: string): void => {
    const shown = {
      ...(seen === undefined ? {} : { seen: seen.slice(0, MAX_SHOWN) }),
      ...(expected === undefined ? {} : { expected: expected.slice(0, MAX_SHOWN) }),
    }
    steps.push({ check, outcome, ...shown })
  }
  const trail: Trail = {
    steps,
    received,
    ok: (check, seen) => add('ok', check, seen),
    note: (check, seen, expected) => add('note', check, seen, expected),
    fail(check, seen, expected) {
      add('failed', check, seen, expected)
      throw refuse('SignOnFailed', undefined, { check })
    },
    demand(isSo, check, seen, expected) {
      if (!isSo) trail.fail(check, seen, expected)
      trail.ok(check, seen)
    },
    receive(attributes) {
      for (const [name, values] of attributes)
        received.push({ name, values: values.map((value) => value.slice(0, MAX_SHOWN)) })
    },
  }
  return trail
}
