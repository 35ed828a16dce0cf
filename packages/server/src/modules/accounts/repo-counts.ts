/** How many repositories an account shows to everybody; the module that owns them tells. */
export interface RepoCounts {
  readonly numModels: number
  readonly numDatasets: number
  readonly numSpaces: number
}

export type CountRepos = (accountId: string) => Promise<RepoCounts>
