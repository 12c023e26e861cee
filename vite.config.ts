import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

// SvelteKit 3 refuses a svelte.config.js: its options are passed here (docs/decisions/0001).
export default defineConfig({
  plugins: [
    sveltekit({
      adapter: adapter({ out: 'build' }),
    }),
  ],
})
