type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Leaves out what was not sent, so that it stays as it was. */
export function pickDefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}
