import { beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { isOffered, perform, placeOf, type Place } from '#lib/builder/commands/command.ts'
import { commandNamed, commandOf, commands, withKeys } from '#lib/builder/commands/commands.ts'
import { keysOf, keysText } from '#lib/builder/commands/keys.ts'
import { menuFor, type MenuTarget } from '#lib/builder/commands/menus.ts'
import { searchDrawing } from '#lib/builder/commands/search.ts'
import { addNote, writeNote } from '#lib/builder/document/notes.ts'
import { Editor } from '#lib/builder/state/editor.svelte.ts'
import { registry } from '#lib/engine/index.ts'
import type { MenuEntry } from '#lib/ui/choice.ts'

const press = (key: string, modifiers: object = {}) => ({
  ...{ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false },
  ...modifiers,
})
const drawing = { isTyping: false, inDrawing: true }
const typing = { isTyping: true, inDrawing: false }
const elsewhere = { isTyping: false, inDrawing: false }

let canEdit = true
let editor: Editor
let place: Place

const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

async function add(type: string, title = ''): Promise<string> {
  const known = registry.get(type)
  const id = known && editor.addStep(known, { at: { x: 0, y: 0 } })
  if (!id) throw new Error(type)
  if (title !== '') editor.setOption(id, 'title', title)
  await settled()
  return id
}

beforeEach(() => {
  canEdit = true
  editor = new Editor({ doc: new Y.Doc(), registry, canEdit: () => canEdit })
  place = { editor, view: null, mayRun: true, glides: false, show: () => undefined }
})

describe('keys', () => {
  it('letters are commands in the drawing, letters in a text, and nothing elsewhere', () => {
    expect(commandOf(press('a'), drawing)?.id).toBe('add')
    expect(commandOf(press('a'), typing)).toBeNull()
    expect(commandOf(press('a'), elsewhere)).toBeNull()
    expect(commandOf(press('?', { shiftKey: true }), drawing)?.id).toBe('sheet')
    expect(commandOf(press('P', { shiftKey: true }), drawing)?.id).toBe('problems')
    expect(commandOf(press('+', { shiftKey: true }), drawing)?.id).toBe('zoomIn')
  })

  it('undo works everywhere, selecting all only where no text is', () => {
    expect(commandOf(press('z', { ctrlKey: true }), typing)?.id).toBe('undo')
    expect(commandOf(press('Z', { metaKey: true, shiftKey: true }), typing)?.id).toBe('redo')
    expect(commandOf(press('a', { ctrlKey: true }), typing)).toBeNull()
    expect(commandOf(press('a', { ctrlKey: true }), elsewhere)?.id).toBe('selectAll')
  })

  it('with Alt the place of a key counts, since a Mac makes other letters with it', () => {
    const alt = press('å', { altKey: true, code: 'KeyA' })
    expect(commandOf(alt, drawing)?.id).toBe('align-left')
  })

  it('copying and pasting are left to the browser', () => {
    expect(commandOf(press('c', { ctrlKey: true }), drawing)).toBeNull()
    expect(commandOf(press('v', { ctrlKey: true }), drawing)).toBeNull()
  })

  it('no two commands have the same keys, and all keys are on the sheet', () => {
    const keys = commands.flatMap((command) => command.keys ?? [])
    expect(new Set(keys).size).toBe(keys.length)
    const told = withKeys.flatMap((group) => group.commands.map(({ id }) => id))
    expect(told.toSorted()).toEqual(
      commands
        .filter((command) => command.keys)
        .map(({ id }) => id)
        .toSorted(),
    )
  })

  it('are written as on the keyboard at hand', () => {
    expect(keysText('Mod+Shift+Z', false)).toBe('Ctrl+Shift+Z')
    expect(keysText('Mod+Shift+Z', true)).toBe('⌘⇧Z')
    expect(keysOf('+', false)).toEqual(['+'])
  })
})

const words = (entries: readonly MenuEntry[]): string[] =>
  entries.flatMap((entry) => ('label' in entry ? [entry.label] : 'note' in entry ? ['note'] : []))

const menu = (target: MenuTarget): string[] =>
  words(menuFor(place, target, { x: 0, y: 0 }, { x: 0, y: 0 }))

describe('menus', () => {
  it('offer what makes sense for what they are about', async () => {
    const id = await add('trigger.webhook')
    editor.canvas.select([id])
    expect(menu({ kind: 'step', id })).toEqual(
      expect.arrayContaining(['Open', 'Duplicate', 'Delete']),
    )
    expect(menu({ kind: 'step', id })).not.toContain('Take out of the group')
    editor.canvas.select([])
    expect(menu({ kind: 'drawing' })).toEqual(
      expect.arrayContaining(['Paste', 'Select all', 'Tidy up']),
    )
  })

  it('leave out for viewers whatever changes something, and say why', async () => {
    const id = await add('trigger.webhook')
    editor.canvas.select([id])
    canEdit = false
    expect(menu({ kind: 'step', id })).toEqual(['Open', 'Copy', 'note'])
    for (const command of commands.filter(({ changes }) => changes)) {
      expect(isOffered(place, command)).toBe(false)
      perform(place, command)
    }
    await settled()
    expect(editor.definition.nodes).toHaveLength(1)
  })

  it('work only on the drawing of their own page', () => {
    expect(() => placeOf(editor)).toThrow()
  })
})

describe('commands', () => {
  it('group, leave and delete what is selected; each undoes by itself', async () => {
    const [a, b] = [await add('mail.send', 'A'), await add('mail.send', 'B')]
    editor.canvas.select([a, b])
    perform(place, commandNamed('group'))
    await settled()
    expect(editor.definition.groups).toHaveLength(1)
    expect(editor.canvas.naming).toBe(editor.definition.groups?.[0]?.id)
    editor.canvas.select([a])
    perform(place, commandNamed('ungroup'))
    await settled()
    expect(editor.node(a)?.group).toBeUndefined()
    expect(editor.definition.groups).toHaveLength(1)
    editor.undo()
    await settled()
    expect(editor.node(a)?.group).toBeDefined()
    editor.canvas.select([a, b])
    perform(place, commandNamed('remove'))
    await settled()
    expect(editor.definition).toMatchObject({ nodes: [] })
    expect(editor.definition.groups).toBeUndefined()
    editor.undo()
    await settled()
    expect(editor.definition.groups).toHaveLength(1)
  })

  it('line up what is selected', async () => {
    const [a, b] = [await add('mail.send', 'A'), await add('mail.send', 'B')]
    editor.document.moveNodes(new Map([[b, { x: 300, y: 77 }]]))
    await settled()
    editor.canvas.select([a, b])
    perform(place, commandNamed('align-top'))
    await settled()
    expect(editor.node(b)?.position).toEqual({ x: 300, y: 0 })
  })

  it('say why they can’t be done', () => {
    perform(place, commandNamed('align-top'))
    expect(editor.announcement).toBe('Select at least two things first.')
  })
})

describe('searching in the drawing', () => {
  it('finds by name, kind, any text of the configuration, and in notes; names come first', async () => {
    const mail = await add('mail.send', 'Welcome them')
    const other = await add('mail.send', 'Second')
    editor.setConfig(other, 'subject', 'A warm welcome to everybody who came')
    const note = addNote(editor.document, { x: 0, y: 0 })
    writeNote(editor.document, note, '# Ideas\nwelcome gifts')
    await settled()
    const found = searchDrawing(editor.definition, registry, 'WELCOME')
    expect(found.map(({ id }) => id)).toEqual([mail, other, note])
    expect(found[1]?.detail).toContain('warm welcome')
    expect(found[2]?.title).toBe('Ideas')
    expect(searchDrawing(editor.definition, registry, 'e-mail').map(({ id }) => id)).toContain(mail)
    expect(searchDrawing(editor.definition, registry, 'xyz')).toEqual([])
  })
})
