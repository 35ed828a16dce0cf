import { describe, expect, it } from 'vitest'
import { trendingScore } from './trending.js'

const NOW = new Date('2026-11-21T00:00:00Z')
const ago = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000)
const old = { downloads: 0, likesRecent: 0, createdAt: ago(1_000), updatedAt: ago(1_000) }

describe('trending score', () => {
  it('[M1] rises with likes and downloads and falls with age', () => {
    expect(trendingScore(old, NOW)).toBe(0)
    expect(trendingScore({ ...old, createdAt: ago(0), updatedAt: ago(0) }, NOW)).toBe(4)
    expect(trendingScore({ ...old, createdAt: ago(7) }, NOW)).toBe(1.5)
    expect(trendingScore({ ...old, likesRecent: 25 }, NOW)).toBe(20)
    expect(trendingScore({ ...old, downloads: 99 }, NOW)).toBe(4)
  })

  it('is not won by a robot, a date of the future or a negative count', () => {
    expect(trendingScore({ ...old, downloads: 1_000_000_000 }, NOW)).toBeLessThan(
      trendingScore({ ...old, likesRecent: 100 }, NOW),
    )
    expect(trendingScore({ ...old, createdAt: ago(-500), updatedAt: ago(-500) }, NOW)).toBe(4)
    expect(trendingScore({ ...old, downloads: -5, likesRecent: -5 }, NOW)).toBe(0)
  })
})
