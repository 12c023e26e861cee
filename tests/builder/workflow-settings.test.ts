import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { asSpan, unitOf, wholeNumber } from '#lib/builder/bar/time-span.ts'
import { WorkflowDocument } from '#lib/builder/document.ts'
import { toDefinition } from '#lib/builder/document/read.ts'
import { settingsOf } from '#lib/builder/document/shape.ts'

function drawing() {
  const doc = new Y.Doc()
  return {
    doc,
    document: new WorkflowDocument(doc, { longTexts: () => [] }),
    settings: () => toDefinition(doc).settings,
  }
}

describe('the settings of a workflow', () => {
  it('are part of the drawing, each by itself, and can be taken away again', () => {
    const { document, settings } = drawing()
    document.setSetting('maxConcurrency', 3)
    document.setSetting('overlap', 'skip')
    document.setSetting('rateLimit', { count: 10, perSeconds: 60 })
    document.setSetting('timeoutSeconds', 3600)
    expect(settings()).toEqual({
      timeoutSeconds: 3600,
      maxConcurrency: 3,
      overlap: 'skip',
      rateLimit: { count: 10, perSeconds: 60 },
    })
    document.setSetting('rateLimit', undefined)
    document.setSetting('overlap', undefined)
    expect(settings()).toEqual({ timeoutSeconds: 3600, maxConcurrency: 3 })
  })

  it('leave out what makes no sense, whoever wrote it', () => {
    const { doc, settings } = drawing()
    settingsOf(doc).set('maxConcurrency', -1)
    settingsOf(doc).set('rateLimit', { count: 'many' })
    settingsOf(doc).set('somethingElse', 5)
    settingsOf(doc).set('maxSteps', 100)
    expect(settings()).toEqual({ maxSteps: 100 })
  })
})

describe('a span of time', () => {
  it('is said in the largest unit that fits', () => {
    expect([7200, 90, 60, 1, 172_800].map(asSpan)).toEqual([
      { amount: 2, unit: 3600 },
      { amount: 90, unit: 1 },
      { amount: 1, unit: 60 },
      { amount: 1, unit: 1 },
      { amount: 2, unit: 86_400 },
    ])
  })

  it('is typed as a whole number within bounds, or not at all', () => {
    expect(['', ' ', 'x', '0', '2.4', '99'].map((text) => wholeNumber(text, 50))).toEqual([
      ...[undefined, undefined, undefined, 1, 2, 50],
    ])
    expect(unitOf('3600')).toBe(3600)
  })
})
