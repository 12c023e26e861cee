import { describe, expect, it } from 'vitest'
import { shownStep } from '#lib/builder/debug/choose-step.ts'
import { answerFields, answerOf } from '#lib/builder/debug/unclear/answer.ts'
import { registry } from '#lib/engine/index.ts'
import type { Step } from '#lib/executions/rows.ts'

const fieldsOf = (type: string) => answerFields(registry.get(type))

describe('what came back from an unclear step', () => {
  it('is entered part by part, as its type usually yields it', () => {
    expect(fieldsOf('http.request').map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'status: number',
      'headers: data',
      'body: data',
    ])
    expect(fieldsOf('mail.send').map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'message_id: text',
      'to: list',
    ])
  })

  it('keeps its kind: numbers, lists, data as services write it, or plain text', () => {
    const http = fieldsOf('http.request')
    expect(answerOf(http, { status: ' 201 ', body: '{"id": 7}' })).toEqual({
      status: 201,
      body: { id: 7 },
    })
    expect(answerOf(http, { status: 'fine', body: 'Order 7' })).toEqual({
      status: 'fine',
      body: 'Order 7',
    })
    const mail = fieldsOf('mail.send')
    expect(answerOf(mail, { to: 'ada@example.org, bob@example.org' })).toEqual({
      to: ['ada@example.org', 'bob@example.org'],
    })
    expect(answerOf(mail, { to: '["ada@example.org"]', message_id: '7' })).toEqual({
      message_id: '7',
      to: ['ada@example.org'],
    })
  })

  it('is empty when nothing was entered', () => {
    expect(answerOf(fieldsOf('http.request'), { status: '', body: '  ' })).toBeNull()
    expect(answerOf(fieldsOf('nothing.known'), {})).toBeNull()
  })
})

describe('the debug panel', () => {
  it('shows the step that asks something before all others', () => {
    const step = (node_id: string, status: Step['status'], code?: string): Step => ({
      ...{ execution_id: '1', workspace_id: '1', node_id, path: '', attempt: 1, seq: 1, status },
      ...{ port: null, input: null, output: null, logs: null, superseded: false, reused: false },
      ...{ started_at: '2026-11-23T09:00:00Z', finished_at: null },
      error: code === undefined ? null : { code, title: '', detail: '', retryable: false },
    })
    const steps = [
      step('call', 'waiting', 'step.unclear'),
      step('other', 'failed', 'x.broken'),
      step('sleep', 'waiting'),
    ]
    expect(shownStep(steps, null, null)?.node_id).toBe('call')
    expect(shownStep(steps, null, 'sleep')?.node_id).toBe('sleep')
    expect(shownStep([step('call', 'cancelled', 'step.unclear')], null, null)?.node_id).toBe('call')
  })
})
