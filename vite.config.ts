import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

// SvelteKit 3 refuses a svelte.config.js: its options are passed here (docs/decisions/0001).
export default defineConfig({
  environments: {
    client: {
      build: {
        rolldownOptions: {
          output: {
            codeSplitting: {
              groups: [
                // Buttons, icons and dialogs are on every page: in one file instead of forty, each of which is a request.
                {
                  name: 'look',
                  test: /src[\\/]lib[\\/]ui[\\/]|@lucide[\\/]svelte/,
                  minShareCount: 2,
                  priority: -1,
                },
              ],
            },
          },
        },
      },
    },
  },
  plugins: [
    sveltekit({
      adapter: adapter({ out: 'build' }),
      // Scripts: our own files, and what SvelteKit itself writes into a page, by a nonce of that page. Where pages may
      // connect to follows when the app runs (src/lib/server/headers.ts).
      csp: {
        mode: 'nonce',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          'style-src-elem': ['self'],
          // Positions and sizes: the canvas, pop-ups and charts set them on elements.
          'style-src-attr': ['unsafe-inline'],
          'img-src': ['self', 'data:'],
          'font-src': ['self'],
          'object-src': ['none'],
          'frame-src': ['none'],
          'frame-ancestors': ['none'],
          'base-uri': ['none'],
          'form-action': ['self'],
        },
      },
    }),
  ],
})
