import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDefinition, registry, validateDefinition, validator } from '#lib/engine/index.ts'
import { randomDrafts } from './random-draft.ts'

describe('a draft that is validated after each change', () => {
  it('has the very problems that it has when all of it is looked at anew', () => {
    fc.assert(
      fc.property(randomDrafts, (drafts) => {
        const follow = validator(registry)
        for (const draft of drafts)
          expect(follow(draft)).toEqual(validateDefinition(draft, registry))
      }),
      { numRuns: 120 },
    )
  })

  it('loses a problem that another step has mended', () => {
    const draft = (name: string) =>
      parseDefinition({
        schema: 1,
        nodes: [
          { id: 'start', key: 'start', type: 'trigger.manual', config: {} },
          {
            ...{ id: 'set', key: 'set', type: 'data.set_variables' },
            config: { variables: [{ name, type: 'auto', value: 1 }] },
          },
          {
            ...{ id: 'use', key: 'use', type: 'data.set_variables' },
            config: { variables: [{ name: 'copy', type: 'auto', value: '{{ vars.total }}' }] },
          },
        ].map((node) => ({
          ...{ version: 1, title: node.key, position: { x: 0, y: 0 } },
          ...{ onError: 'stop', disabled: false, ...node },
        })),
        edges: [
          { id: 'one', source: 'start', sourcePort: 'out', target: 'set', targetPort: 'in' },
          { id: 'two', source: 'set', sourcePort: 'out', target: 'use', targetPort: 'in' },
        ],
        settings: {},
      })
    const [wrong, right] = [draft('totals'), draft('total')]
    const mended = { ...wrong, nodes: wrong.nodes.with(1, right.nodes[1] ?? expect.fail()) }
    const follow = validator(registry)
    expect(follow(wrong).map(({ node, code }) => [node, code])).toEqual([
      ['use', 'template.unknown_variable'],
    ])
    expect(follow(mended)).toEqual([])
  })
})
