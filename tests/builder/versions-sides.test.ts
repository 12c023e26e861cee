import { describe, expect, it } from 'vitest'
import { reportOn } from '#lib/builder/versions/report.ts'
import { sidesOf, stopsOf } from '#lib/builder/versions/sides.ts'
import { parseDefinition, registry } from '#lib/engine/index.ts'

const names = { pipelines: [], workflows: [], connections: new Map<string, string>() }

const step = (id: string, x: number, more: object = {}) => ({
  ...{ id, key: id, type: 'data.set', version: 1, title: `Step ${id}`, position: { x, y: 0 } },
  ...{ config: {}, onError: 'stop', disabled: false },
  ...more,
})
const line = (source: string, target: string) => ({
  ...{ id: `${source}-${target}`, source, sourcePort: 'out', target, targetPort: 'in' },
})
const note = (id: string, text: string, x = 0) => ({
  ...{ id, text, position: { x, y: 300 }, size: { width: 200, height: 100 }, colour: 'yellow' },
})
const drawn = (nodes: object[], edges: object[], notes: object[], groups: object[]) =>
  parseDefinition({ schema: 1, nodes, edges, notes, groups, settings: {} })

const report = reportOn(
  drawn(
    [step('a', 0), step('b', 300, { group: 'g' }), step('c', 600), step('d', 900)],
    [line('a', 'b'), line('b', 'c'), line('a', 'd')],
    [note('n1', 'Say hello'), note('n2', 'Stays'), note('n3', 'Goes')],
    [{ id: 'g', title: 'Mine', colour: 'blue' }],
  ),
  drawn(
    [
      step('a', 0),
      step('b', 300, { group: 'g', title: 'Renamed' }),
      step('d', 1200),
      step('e', 600),
    ],
    [line('a', 'b'), line('b', 'e'), line('b', 'd')],
    [note('n1', 'Say goodbye'), note('n2', 'Stays', 50), note('n4', 'Comes')],
    [{ id: 'g', title: 'Ours', colour: 'blue' }],
  ),
  { registry, names },
)
const sides = sidesOf(report)

describe('two drawings beside each other', () => {
  it('mark in each what it has and the other hasn’t, and in both what changed or was moved', () => {
    expect(Object.fromEntries(sides.before.steps)).toEqual({
      b: 'changed',
      c: 'removed',
      d: 'moved',
    })
    expect(Object.fromEntries(sides.after.steps)).toEqual({ b: 'changed', d: 'moved', e: 'added' })
  })

  it('mark lines where they are', () => {
    expect(Object.fromEntries(sides.before.lines)).toEqual({ 'b-c': 'removed', 'a-d': 'removed' })
    expect(Object.fromEntries(sides.after.lines)).toEqual({ 'b-e': 'added', 'b-d': 'added' })
  })

  it('mark notes and frames as well', () => {
    expect(Object.fromEntries(sides.before.notes)).toEqual({
      n1: 'changed',
      n2: 'moved',
      n3: 'removed',
    })
    expect(Object.fromEntries(sides.after.notes)).toEqual({
      n1: 'changed',
      n2: 'moved',
      n4: 'added',
    })
    expect(Object.fromEntries(sides.after.groups)).toEqual({ g: 'changed' })
  })

  it('are gone through change by change; a line at a step that came or went is no change of its own', () => {
    expect(
      stopsOf(report, sides).map(({ what, kind, title }) => `${what} ${kind} ${title}`),
    ).toEqual([
      'step changed Renamed',
      'step removed Step c',
      'step added Step e',
      'line removed Step a → Step d',
      'line added Renamed → Step d',
      'step moved Step d',
      'note changed Note',
      'note moved Note',
      'note removed Note',
      'note added Note',
      'group changed Frame',
    ])
  })

  it('know where each change is in either of them', () => {
    const moved = stopsOf(report, sides).find(({ id }) => id === 'd')
    expect(moved?.areas.map(({ x }) => x)).toEqual([900, 1200])
  })

  it('come with what notes and frames said and say', () => {
    expect(report.written.map(({ label, before, after }) => [label, before, after])).toEqual([
      ['Note', 'Say hello', 'Say goodbye'],
      ['Frame', 'Mine', 'Ours'],
    ])
  })
})
