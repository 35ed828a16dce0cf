import { tanstackRouter } from '@tanstack/router-plugin/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compressAssets } from './build/compress.js'
import { leanContracts } from './build/lean-contracts.js'
import { preloadFonts } from './build/preload-fonts.js'
import { sizeTable } from './build/size-table.js'
import { themeStyles } from './build/theme-plugin.js'
import { zodStub } from './build/zod-stub.js'

/** Where `npm run dev -w @stoa/web` sends everything that is not a page; the server itself serves the built pages. */
const server = process.env.STOA_URL ?? 'http://127.0.0.1:3000'
const files = '^/(datasets/|spaces/)?[^/]+/[^/]+/(resolve|raw)/.*'
const proxied = ['/api', '/v1', '/healthz', '/readyz', '/storage', files]

export default defineConfig({
  plugins: [
    tanstackRouter({
      target: 'react',
      autoCodeSplitting: true,
      // A page's loader arrives with the page: most people see few of the pages, and links fetch both before the press.
      codeSplittingOptions: { defaultBehavior: [['loader', 'component'], ['errorComponent'], ['notFoundComponent']] },
      routesDirectory: './src/pages',
      generatedRouteTree: './src/route-tree.gen.ts',
      quoteStyle: 'single',
    }),
    react(),
    themeStyles(),
    zodStub(),
    leanContracts(),
    preloadFonts(),
    compressAssets(),
    sizeTable(),
  ],
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, changeOrigin: false }])),
  },
})
