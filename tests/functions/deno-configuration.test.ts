import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = <T>(path: string): T => JSON.parse(readFileSync(join(root, path), 'utf8')) as T

const functions = readdirSync(join(root, 'supabase/functions')).filter((name) =>
  existsSync(join(root, 'supabase/functions', name, 'index.ts')),
)
const { dependencies } = read<{ dependencies: Record<string, string> }>('package.json')

test('every function is a member of the Deno workspace', () => {
  const { workspace } = read<{ workspace: string[] }>('deno.json')
  expect([...workspace].sort()).toEqual(
    functions.map((name) => `./supabase/functions/${name}`).sort(),
  )
})

test.each(functions)('the function "%s" uses the versions that package.json installs', (name) => {
  const { imports } = read<{ imports: Record<string, string> }>(
    `supabase/functions/${name}/deno.json`,
  )
  expect(imports).toEqual(
    Object.fromEntries(
      Object.keys(imports).map((module) => [
        module,
        `npm:${module}@${dependencies[module] ?? '?'}`,
      ]),
    ),
  )
})

/** Bare imports of what functions share with the engine and among themselves. */
function importsOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(root, folder, file), 'utf8')
      return [...text.matchAll(/^import (?!type)[^'"]*from '([^.'][^']*)'/gm)].map(
        (found) => found[1] ?? '',
      )
    })
    .filter((module) => !module.startsWith('node:') && module !== 'vitest')
}

test.each(functions)(
  'a hosted deploy of "%s" knows every package that its code may import',
  (name) => {
    const { imports } = read<{ imports: Record<string, string> }>(
      `supabase/functions/${name}/deno.json`,
    )
    const used = [
      ...importsOf('supabase/functions/_shared'),
      ...importsOf(`supabase/functions/${name}`),
      ...importsOf('src/lib/engine'),
    ]
    expect(Object.keys(imports)).toEqual(expect.arrayContaining([...new Set(used)]))
  },
)
