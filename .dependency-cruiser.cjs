/** The rules of docs/architecture.md: arrows point one way. */
const features =
  'workflows|executions|records|pipelines|approvals|templates|analytics|connections|workspace'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module, or three.',
      severity: 'error',
      // A component that draws itself inside itself (a tree) is one module.
      from: { path: '(.+)' },
      to: { circular: true, pathNot: '^$1$', viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'engine-is-pure',
      comment:
        'The engine runs in browsers, Node and Deno alike: it imports only itself, zod, liquidjs and croner.',
      severity: 'error',
      from: { path: '^src/lib/engine/' },
      to: { pathNot: ['^src/lib/engine/', '^node_modules/(zod|liquidjs|croner)/'] },
    },
    {
      name: 'builder-uses-engine-ui-and-doors',
      comment:
        'The builder stands on the engine, the shared look and the features’ public parts, never on routes or the server.',
      severity: 'error',
      from: { path: '^src/lib/builder/' },
      to: { path: '^(src/routes/|src/lib/server/|supabase/|local/|bench/)' },
    },
    {
      name: 'features-keep-to-themselves',
      comment: 'A feature does not reach into another; what two need lives in ui/ or the engine.',
      severity: 'error',
      from: { path: `^src/lib/(${features})/` },
      to: { path: `^src/lib/(${features})/`, pathNot: ['^src/lib/$1/', '^src/lib/executions/'] },
    },
    {
      name: 'ui-knows-no-feature',
      severity: 'error',
      from: { path: '^src/lib/ui/' },
      to: { path: `^src/(routes|lib/(builder|server|${features}))/` },
    },
    {
      name: 'functions-use-the-engine-only',
      comment: 'Edge functions share nothing with the app but the engine.',
      severity: 'error',
      from: { path: '^supabase/functions/' },
      to: { path: '^(src/(?!lib/engine/)|local/|tests/|bench/)' },
    },
    {
      name: 'app-never-imports-local',
      comment: 'Nothing in src/ or supabase/ may know whether it runs embedded or hosted.',
      severity: 'error',
      from: { path: '^(src|supabase)/' },
      to: { path: '^(local|tests|bench)/' },
    },
    {
      name: 'server-stays-on-the-server',
      severity: 'error',
      from: { path: '^src/lib/(?!server/)' },
      to: { path: '^src/lib/server/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(build|\\.svelte-kit|\\.weft)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.svelte', '.svelte.ts'],
      conditionNames: ['svelte', 'import', 'types', 'default'],
      exportsFields: ['exports'],
    },
  },
}
