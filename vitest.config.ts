import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import ClosingLine from './tests/closing-line.ts'

// Tests that start the embedded system or a browser take a core each; those that don't are light.
const system = [
  'tests/local/**',
  'tests/functions/**',
  'tests/rls/**',
  'tests/e2e/**',
  'tests/sync/**',
]

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  test: {
    reporters: ['default', new ClosingLine()],
    maxWorkers: 2,
    // What is waited for may take its time while other tests have the processors.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/**/*.test.ts', 'src/**/*.test.ts'],
          exclude: ['node_modules/**', ...system],
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: system.map((folder) => `${folder}/*.test.ts`),
          globalSetup: './tests/e2e/unpack-browser.ts',
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
