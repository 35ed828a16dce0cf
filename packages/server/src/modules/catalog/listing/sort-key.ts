/** What lists can be sorted by. `relevance` is what a search without `sort` gets. */
export type SortKey =
  | 'trending'
  | 'updatedAt'
  | 'createdAt'
  | 'downloads'
  | 'likes'
  | 'likesRecent'
  | 'fullName'
  | 'parameterCount'
  | 'usedBytes'
  | 'relevance'

/** Every spelling clients use. */
export const SORTS: Readonly<Record<string, SortKey>> = {
  trendingScore: 'trending',
  trending_score: 'trending',
  trending: 'trending',
  lastModified: 'updatedAt',
  last_modified: 'updatedAt',
  modified: 'updatedAt',
  createdAt: 'createdAt',
  created_at: 'createdAt',
  created: 'createdAt',
  downloads: 'downloads',
  likes: 'likes',
  likes30d: 'likesRecent',
  id: 'fullName',
  num_parameters: 'parameterCount',
  mainSize: 'usedBytes',
}
