import type { HtmlTagDescriptor, Plugin } from 'vite'

const wanted = [/inter-latin-wght-normal-.*\.woff2$/, /jetbrains-mono-latin-wght-normal-.*\.woff2$/]

/** Lets the browser fetch the two latin faces beside the script instead of after the style sheet. */
export function preloadFonts(): Plugin {
  return {
    name: 'stoa-preload-fonts',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, context) {
        const files = Object.keys(context.bundle ?? {}).filter((file) => wanted.some((pattern) => pattern.test(file)))
        return files.map(
          (file): HtmlTagDescriptor => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${file}`, crossorigin: '' },
            injectTo: 'head',
          }),
        )
      },
    },
  }
}
