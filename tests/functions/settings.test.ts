import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { functionSettings, PASSED_ON } from '../../local/functions/settings.ts'
import type { PostgresServer } from '../../local/postgres/server.ts'

const root = join(import.meta.dirname, '../..')
const names = (text: string): string[] => [
  ...new Set([...text.matchAll(/\b(?:WEFT|SUPABASE)_[A-Z_]+\b/g)].map(([name]) => name)),
]

/** The page's table: which settings there are, and what `npm start` does about each. */
const documented = readFileSync(join(root, 'docs/settings.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) => {
    const [, setting = '', , , how = ''] = line.split('|').map((cell) => cell.trim())
    return names(setting).map((name) => ({ name, how }))
  })

const read = () =>
  names(readFileSync(join(root, 'supabase/functions/_shared/environment.ts'), 'utf8'))

const given = () =>
  functionSettings({
    apiUrl: 'http://api.test',
    appUrl: 'http://app.test',
    keys: { anonKey: 'a', serviceRoleKey: 's', secretsKey: 'k', functionSecret: 'f' } as Parameters<
      typeof functionSettings
    >[0]['keys'], // what else there is of keys, the functions don't get
    database: { url: () => 'postgres://db.test' } as unknown as PostgresServer, // only asked for its address
    smtpUrl: 'smtp://mail.test',
    mailFrom: 'weft@example.org',
    allowPrivateHosts: ['localhost:1'],
  })

afterEach(() => vi.unstubAllEnvs())

describe('settings', () => {
  test('that the functions read are all on the page, and the page names no other', () => {
    expect(documented.map(({ name }) => name).sort()).toEqual(read().sort())
  })

  test('that an operator may set are passed on by the embedded system, as the page says', () => {
    const passedOn = documented.filter(({ how }) => how === 'passed on').map(({ name }) => name)
    expect(passedOn.length).toBeGreaterThan(3)
    expect([...PASSED_ON].sort()).toEqual(passedOn.sort())
  })

  test.each(documented)('$name arrives ($how)', ({ name, how }) => {
    vi.stubEnv(name, 'as the operator said')
    const arrived = given()[name]
    if (how === 'passed on') expect(arrived).toBe('as the operator said')
    else {
      expect(how).toBe('itself')
      expect(arrived).toBeTruthy()
      expect(arrived).not.toBe('as the operator said')
    }
  })
})
