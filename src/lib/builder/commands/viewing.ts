import CircleAlert from '@lucide/svelte/icons/circle-alert'
import Compass from '@lucide/svelte/icons/compass'
import Eye from '@lucide/svelte/icons/eye'
import History from '@lucide/svelte/icons/history'
import Keyboard from '@lucide/svelte/icons/keyboard'
import Map from '@lucide/svelte/icons/map'
import Maximize from '@lucide/svelte/icons/maximize'
import MousePointer2 from '@lucide/svelte/icons/mouse-pointer-2'
import PanelLeft from '@lucide/svelte/icons/panel-left'
import Play from '@lucide/svelte/icons/play'
import Rocket from '@lucide/svelte/icons/rocket'
import Scan from '@lucide/svelte/icons/scan'
import Search from '@lucide/svelte/icons/search'
import Settings2 from '@lucide/svelte/icons/settings-2'
import SquareTerminal from '@lucide/svelte/icons/square-terminal'
import ZoomIn from '@lucide/svelte/icons/zoom-in'
import ZoomOut from '@lucide/svelte/icons/zoom-out'
import { toast } from '#lib/ui/toast.svelte.ts'
import { gistTexts } from '../preview/texts.ts'
import { texts } from '../texts.ts'
import type { Command } from './command.ts'
import { needsDrawing, needsSelection } from './needs.ts'
import { words } from './texts.ts'

const { titles, reasons } = words

/** Getting around: done by the drawing itself, told on the sheet. */
const moving: readonly Command[] = [
  { id: 'walk', section: 'move', title: titles.walk, keys: ['Arrows'], told: true, keyOnly: true },
  {
    ...{ id: 'several', section: 'move', title: titles.several },
    ...{ keys: ['Shift+Arrows'], told: true, keyOnly: true },
  },
  {
    ...{ id: 'nudge', section: 'move', title: titles.nudge, changes: true },
    ...{ keys: ['Mod+Arrows'], told: true, keyOnly: true },
  },
  { id: 'open', section: 'move', title: titles.open, keys: ['Enter'], told: true, keyOnly: true },
  {
    ...{ id: 'menu', section: 'move', title: titles.menu, keys: ['Shift+F10', 'ContextMenu'] },
    ...{ keyOnly: true, unavailable: needsDrawing },
    run: ({ view }) => view?.openMenu(),
  },
  {
    ...{ id: 'insertData', section: 'move', title: titles.insertData, changes: true },
    ...{ keys: ['/'], told: true, keyOnly: true },
  },
]

/** What is seen, and which panels are open. */
const looking: readonly Command[] = [
  {
    ...{ id: 'commands', section: 'view', title: titles.commands, icon: SquareTerminal },
    ...{ keys: ['Mod+K'], reach: 'typing', keyOnly: true },
    run: ({ show }) => show('commands'),
  },
  {
    ...{ id: 'search', section: 'view', title: titles.search, icon: Search },
    ...{ keys: ['Mod+F'], reach: 'typing' },
    run: ({ show }) => show('search'),
  },
  {
    ...{ id: 'fit', section: 'view', title: titles.fit, icon: Maximize, keys: ['F'] },
    unavailable: needsDrawing,
    run: ({ view }) => view?.fit(),
  },
  {
    ...{ id: 'fitSelection', section: 'view', title: titles.fitSelection, icon: Scan },
    keys: ['Shift+F'],
    unavailable: (place) => needsDrawing(place) ?? needsSelection(place),
    run: ({ view }) => view?.fitSelection(),
  },
  {
    ...{ id: 'zoomIn', section: 'view', title: titles.zoomIn, icon: ZoomIn, keys: ['+', '='] },
    unavailable: needsDrawing,
    run: ({ view }) => view?.zoom(1),
  },
  {
    ...{ id: 'zoomOut', section: 'view', title: titles.zoomOut, icon: ZoomOut, keys: ['-'] },
    unavailable: needsDrawing,
    run: ({ view }) => view?.zoom(-1),
  },
  {
    ...{ id: 'actualSize', section: 'view', title: titles.actualSize, keys: ['0'] },
    unavailable: needsDrawing,
    run: ({ view }) => view?.actualSize(),
  },
  {
    ...{ id: 'minimap', section: 'view', title: titles.minimap, icon: Map, keys: ['M'] },
    unavailable: needsDrawing,
    run: ({ view }) => view?.toggleMinimap(),
  },
  {
    ...{ id: 'tool', section: 'view', title: titles.tool, icon: MousePointer2, keys: ['V'] },
    unavailable: needsDrawing,
    run: ({ view }) => view?.toggleTool(),
  },
  {
    ...{ id: 'palette', section: 'view', title: titles.palette, icon: PanelLeft },
    ...{ keys: ['P'], changes: true },
    run: ({ show }) => show('palette'),
  },
  {
    ...{ id: 'problems', section: 'view', title: titles.problems, icon: CircleAlert },
    keys: ['Shift+P'],
    run: ({ show }) => show('problems'),
  },
  {
    ...{ id: 'debug', section: 'view', title: titles.debug, icon: History, keys: ['E'] },
    run: ({ show }) => show('debug'),
  },
  {
    ...{ id: 'results', section: 'view', title: gistTexts.toggle, icon: Eye, keys: ['R'] },
    run: ({ show }) => show('results'),
  },
  {
    ...{ id: 'sheet', section: 'view', title: titles.sheet, icon: Keyboard, keys: ['?'] },
    run: ({ show }) => show('sheet'),
  },
  {
    ...{ id: 'tour', section: 'view', title: titles.tour, icon: Compass },
    changes: true,
    run: ({ show }) => show('tour'),
  },
]

/** What concerns the workflow as a whole. */
const whole: readonly Command[] = [
  {
    ...{ id: 'run', section: 'workflow', title: titles.run, icon: Play },
    ...{ keys: ['Mod+Enter'], reach: 'typing' },
    unavailable: ({ mayRun }) => (mayRun ? null : reasons.notOperator),
    run: ({ show }) => show('run'),
  },
  {
    ...{ id: 'publish', section: 'workflow', title: titles.publish, icon: Rocket, changes: true },
    run: ({ show }) => show('publish'),
  },
  {
    ...{ id: 'settings', section: 'workflow', title: titles.settings, icon: Settings2 },
    run: ({ show }) => show('settings'),
  },
  {
    ...{ id: 'save', section: 'workflow', title: titles.save, keys: ['Mod+S'] },
    ...{ reach: 'typing', keyOnly: true },
    run: () => toast.success(texts.announce.savedByItself),
  },
]

export const viewing: readonly Command[] = [...moving, ...looking, ...whole]
