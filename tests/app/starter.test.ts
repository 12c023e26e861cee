import { expect, test } from 'vitest'
import { starterWords } from '../../src/lib/executions/starter.ts'

test('an execution says who started it: a person, or a key and who made it', () => {
  expect(starterWords({ name: 'Ada', key: null })).toBe('by Ada')
  expect(starterWords({ name: 'Ada', key: 'Cash desk' })).toBe(
    'by the key “Cash desk” (made by Ada)',
  )
  expect(starterWords({ name: '', key: null })).toBe('by somebody who is gone')
})
