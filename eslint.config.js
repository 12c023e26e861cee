import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

export default ts.config(
  {
    ignores: [
      'build/',
      '.svelte-kit/',
      '.weft/',
      'node_modules/',
      'supabase/functions/**/node_modules/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node, Deno: 'readonly' } },
    rules: {
      // TypeScript itself tells about undefined names.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      // A template string with a number in it is plain to read.
      '@typescript-eslint/restrict-template-expressions': 'off',
      // Liquid and zod hand out `{}` types that we narrow at once.
      '@typescript-eslint/no-empty-object-type': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: ['error', 'smart'],
    },
  },
  {
    // The engine is pure: time, chance and the outside come through its services (docs/architecture.md).
    files: ['src/lib/engine/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'fetch',
          'setTimeout',
          'setInterval',
          'process',
          'Deno',
          'window',
          'document',
          'localStorage',
        ].map((name) => ({
          name,
          message: 'The engine is pure: ask for it through `services`.',
        })),
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'Date',
          property: 'now',
          message: 'The engine has no clock: use `services.clock`.',
        },
        {
          object: 'Math',
          property: 'random',
          message: 'The engine has no chance: use `services.clock.random`.',
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'The engine has no clock: use `services.clock`.',
        },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // Links are made from route parts that are known here; SvelteKit's resolve() is for apps under a base path.
      'svelte/no-navigation-without-resolve': 'off',
      // Maps and sets are replaced, not changed, wherever a component looks at them: plain ones are faster.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
)
