import { describe, expect, it } from 'vitest'
import { contentHeaders } from './content-headers.js'

const of = (name: string, isDownload = false, hasDisposition = true) =>
  contentHeaders(name, { isDownload, hasDisposition })

describe('contentHeaders', () => {
  it.each(['page.html', 'image.SVG', 'a.xhtml', 'feed.xml'])('never lets %s run', (name) => {
    const headers = of(name, false, false)
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(headers['content-disposition']).toMatch(/^attachment/)
    expect(headers['content-security-policy']).toContain('sandbox')
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('shows what is harmless and offers the rest as bytes', () => {
    expect(of('a.png')['content-type']).toBe('image/png')
    expect(of('README.md')['content-type']).toMatch(/^text\/plain/)
    expect(of('model.safetensors')['content-type']).toBe('application/octet-stream')
    expect(of('a.png')['content-disposition']).toMatch(/^inline/)
    expect(of('a.png', true)['content-disposition']).toMatch(/^attachment/)
    expect(of('a.png', false, false)['content-disposition']).toBeUndefined()
  })

  it('keeps odd names inside their header', () => {
    expect(of('ü "x"\r\n;.bin')['content-disposition']).toBe(
      `inline; filename*=UTF-8''%C3%BC%20%22x%22%0D%0A%3B.bin; filename="_ _x___;.bin";`,
    )
  })
})
