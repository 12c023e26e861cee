import { beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { firstSeen } from '#lib/builder/canvas/first-seen.ts'
import { summaryOf } from '#lib/builder/canvas/summary.ts'
import { walkFrom } from '#lib/builder/canvas/walk.ts'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { outcomesOf, RunStatus } from '#lib/builder/state/run-status.svelte.ts'
import { registry, workflowDefinition, type NodeType } from '#lib/engine/index.ts'
import type { Step } from '#lib/executions/rows.ts'

const type = (name: string): NodeType => {
  const found = registry.get(name)
  if (!found) throw new Error(name)
  return found
}

let canEdit = true
let editor: Editor

/** What the document tells reaches the drawing a moment later. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

async function add(name: string, where: Parameters<Editor['addStep']>[1] = {}): Promise<string> {
  const id = editor.addStep(type(name), where)
  if (id === null) throw new Error('nothing was added')
  await settled()
  return id
}

beforeEach(() => {
  canEdit = true
  editor = new Editor({ doc: new Y.Doc(), registry, canEdit: () => canEdit })
})

describe('adding a step', () => {
  it('after a port connects it there, to the right, and selects it', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const mail = await add('mail.send', { from: { node: hook, port: 'out' } })
    expect(editor.definition.edges).toMatchObject([{ source: hook, target: mail }])
    expect(editor.node(mail)?.position.x).toBeGreaterThan(232)
    expect(editor.inspected?.id).toBe(mail)
    expect(editor.isFresh(mail)).toBe(true)
    expect(editor.isUsed(hook, 'out')).toBe(true)
  })

  it('into an edge makes room for it, and all of it undoes as one', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const mail = await add('mail.send', { from: { node: hook, port: 'out' } })
    const before = editor.definition
    const [edge] = before.edges
    if (!edge) throw new Error('no edge')
    const between = await add('logic.condition', { edge })
    expect(editor.definition.edges.map(({ source, target }) => [source, target])).toEqual(
      expect.arrayContaining([
        [hook, between],
        [between, mail],
      ]),
    )
    expect(editor.node(mail)?.position.x).toBeGreaterThan(
      (editor.node(between)?.position.x ?? 0) + 232,
    )
    editor.undo()
    await settled()
    expect(editor.definition).toEqual(before)
  })

  it('two steps never lie on each other', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const a = await add('mail.send', { from: { node: hook, port: 'out' } })
    const b = await add('mail.send', { from: { node: hook, port: 'out' } })
    expect(editor.node(a)?.position).not.toEqual(editor.node(b)?.position)
  })
})

describe('connecting', () => {
  it('refuses circles, triggers as targets, a step with itself, and the same line twice', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const a = await add('mail.send', { from: { node: hook, port: 'out' } })
    const b = await add('mail.send', { from: { node: a, port: 'out' } })
    expect(editor.mayConnect(b, 'out', a)).toBe(false)
    expect(editor.mayConnect(a, 'out', hook)).toBe(false)
    expect(editor.mayConnect(a, 'out', a)).toBe(false)
    expect(editor.mayConnect(a, 'out', b)).toBe(false)
    expect(editor.mayConnect(hook, 'out', b)).toBe(true)
    editor.connect(hook, 'out', b)
    await settled()
    expect(editor.definition.edges).toHaveLength(3)
  })
})

describe('a port that goes', () => {
  it('takes its line with it, and brings it back on undo', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const choice = await add('logic.switch', { from: { node: hook, port: 'out' } })
    editor.setConfig(choice, 'cases', [{ name: 'A', port: 'case_a', when: { all: [] } }])
    await settled()
    await add('mail.send', { from: { node: choice, port: 'case_a' } })
    expect(editor.definition.edges).toHaveLength(2)
    editor.setConfig(choice, 'cases', [])
    await settled()
    expect(editor.definition.edges).toHaveLength(1)
    editor.undo()
    await settled()
    expect(editor.definition.edges).toHaveLength(2)
  })

  it('the way for failures goes when the step stops on errors again', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const mail = await add('mail.send', { from: { node: hook, port: 'out' } })
    editor.setOption(mail, 'onError', 'port')
    await settled()
    await add('logic.stop', { from: { node: mail, port: 'error' } })
    editor.setOption(mail, 'onError', 'stop')
    await settled()
    expect(editor.definition.edges).toHaveLength(1)
  })
})

describe('the drawing', () => {
  it('keeps untouched steps as the very objects they were', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const mail = await add('mail.send', { from: { node: hook, port: 'out' } })
    editor.canvas.select([])
    const before = new Map(editor.canvas.nodes.map((node) => [node.id, node]))
    editor.setConfig(mail, 'subject', 'Hello')
    await settled()
    const after = new Map(editor.canvas.nodes.map((node) => [node.id, node]))
    expect(after.get(hook)).toBe(before.get(hook))
    expect(after.get(mail)).not.toBe(before.get(mail))
  })

  it('nothing that an execution does touches what the canvas draws', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const { nodes, edges } = editor.canvas
    editor.run.steps = [step({ node_id: hook })]
    expect(editor.canvas.nodes).toBe(nodes)
    expect(editor.canvas.edges).toBe(edges)
    expect(editor.run.of(hook)?.status).toBe('succeeded')
  })

  it('a viewer changes nothing', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    canEdit = false
    const before = editor.definition
    expect(editor.addStep(type('mail.send'), {})).toBeNull()
    editor.setConfig(hook, 'methods', 'GET')
    editor.setOption(hook, 'title', 'x')
    editor.remove([hook])
    editor.duplicate([hook])
    await editor.tidy()
    editor.undo()
    expect(editor.paste(editor.document.copy(new Set([hook])))).toBe('viewer')
    await settled()
    expect(editor.definition).toEqual(before)
  })

  it('opens a small one whole and a large one at its beginning', () => {
    const nodes = Array.from({ length: 100 }, (_, index) => ({
      ...{ id: `n${index}`, key: `k${index}`, version: 1, title: '', config: {} },
      type: index === 60 ? 'trigger.webhook' : 'mail.send',
      position: { x: 0, y: 0 },
    }))
    const edges = nodes.slice(61).map(({ id }, index) => ({
      ...{ id: `e${index}`, source: `n${index + 60}`, sourcePort: 'out', target: id },
    }))
    const large = workflowDefinition.parse({ schema: 1, nodes, edges, settings: {} })
    expect(
      firstSeen(large, registry)
        .map(({ id }) => id)
        .slice(0, 3),
    ).toEqual(['n60', 'n61', 'n62'])
    const small = { ...large, nodes: large.nodes.slice(0, 5), edges: [] }
    expect(firstSeen(small, registry)).toHaveLength(5)
  })
})

describe('walking with the arrow keys', () => {
  const box = (id: string, x: number, y: number) => ({ id, x, y, width: 200, height: 60 })
  const boxes = [box('a', 0, 0), box('b', 300, 200), box('c', 300, 0), box('d', 0, 300)]

  it('follows the lines first, then goes to what is nearest', () => {
    expect(walkFrom('a', 'right', boxes, [{ source: 'a', target: 'b' }])).toBe('b')
    expect(walkFrom('b', 'left', boxes, [{ source: 'a', target: 'b' }])).toBe('a')
    expect(walkFrom('a', 'right', boxes, [])).toBe('c')
    expect(walkFrom('a', 'down', boxes, [])).toBe('d')
    expect(walkFrom('a', 'up', boxes, [])).toBeNull()
  })
})

function step(values: Partial<Step>): Step {
  return {
    execution_id: 'x',
    workspace_id: 'w',
    node_id: 'n',
    path: '',
    attempt: 1,
    seq: 1,
    status: 'succeeded',
    port: 'out',
    input: null,
    output: null,
    error: null,
    logs: null,
    superseded: false,
    reused: false,
    started_at: '',
    finished_at: null,
    ...values,
  }
}

describe('what an execution did', () => {
  it('of several attempts the last counts, of several rounds the one that most needs to be seen', () => {
    const outcomes = outcomesOf([
      step({ node_id: 'a', attempt: 1, seq: 1, status: 'failed' }),
      step({ node_id: 'a', attempt: 2, seq: 2 }),
      step({ node_id: 'b', path: 'loop:0', seq: 3 }),
      step({ node_id: 'b', path: 'loop:1', seq: 4, status: 'failed', port: null }),
    ])
    expect(outcomes.get('a')).toMatchObject({ status: 'succeeded', rounds: 1, failed: 0 })
    expect(outcomes.get('b')).toMatchObject({ status: 'failed', rounds: 2, failed: 1 })
  })

  it('shows on the lines which way it went', () => {
    const run = new RunStatus()
    run.steps = [
      step({ node_id: 'a', port: 'true' }),
      step({ node_id: 'b', status: 'running', port: null }),
    ]
    expect(run.along({ source: 'a', sourcePort: 'true', target: 'b' })).toBe('active')
    expect(run.along({ source: 'a', sourcePort: 'true', target: 'c' })).toBe('taken')
    expect(run.along({ source: 'a', sourcePort: 'false', target: 'd' })).toBe('none')
  })

  it('keeps what is known of a step when there is news of another', () => {
    const run = new RunStatus()
    const first = step({ node_id: 'a' })
    run.steps = [first, step({ node_id: 'b', status: 'running', port: null })]
    const before = run.of('a')
    run.steps = [{ ...first }, step({ node_id: 'b' })]
    expect(run.of('a')).toBe(before)
    expect(run.of('b')).toMatchObject({ status: 'succeeded' })
  })
})

describe('a step’s card', () => {
  it('says what it is set up to do', async () => {
    const hook = await add('trigger.webhook', { at: { x: 0, y: 0 } })
    const words = (id: string): string => {
      const node = editor.node(id)
      return node ? summaryOf(node, type(node.type), editor, []) : ''
    }
    const mail = await add('mail.send', { from: { node: hook, port: 'out' } })
    editor.setConfig(mail, 'to', '{{ trigger.body.email }}')
    const wait = await add('logic.delay', { from: { node: mail, port: 'out' } })
    const clock = await add('trigger.schedule', { at: { x: 0, y: 500 } })
    const choice = await add('logic.condition', {})
    await settled()
    expect([mail, wait, clock, choice].map(words)).toEqual([
      'email',
      '5 minutes',
      'On days of the week',
      '',
    ])
  })
})
