import AlignCenterHorizontal from '@lucide/svelte/icons/align-center-horizontal'
import AlignCenterVertical from '@lucide/svelte/icons/align-center-vertical'
import AlignEndHorizontal from '@lucide/svelte/icons/align-end-horizontal'
import AlignEndVertical from '@lucide/svelte/icons/align-end-vertical'
import AlignHorizontalSpaceBetween from '@lucide/svelte/icons/align-horizontal-space-between'
import AlignStartHorizontal from '@lucide/svelte/icons/align-start-horizontal'
import AlignStartVertical from '@lucide/svelte/icons/align-start-vertical'
import AlignVerticalSpaceBetween from '@lucide/svelte/icons/align-vertical-space-between'
import Hand from '@lucide/svelte/icons/hand'
import WandSparkles from '@lucide/svelte/icons/wand-sparkles'
import type { Component } from 'svelte'
import type { Alignment, Axis } from '../canvas/align.ts'
import { align, distribute } from '../state/arrange.ts'
import type { Command } from './command.ts'
import { needsSeveral, needsSomeSteps } from './needs.ts'
import { words } from './texts.ts'

const { titles } = words

const aligning = (to: Alignment, title: string, key: string, icon: Component): Command => ({
  ...{ id: `align-${to}`, section: 'arrange', title, icon },
  ...{ keys: [`Alt+${key}`], changes: true },
  unavailable: needsSeveral(2),
  run: ({ editor, glides }) => align(editor, to, glides),
})

const distributing = (axis: Axis, title: string, key: string, icon: Component): Command => ({
  ...{ id: `distribute-${axis}`, section: 'arrange', title, icon },
  ...{ keys: [`Alt+Shift+${key}`], changes: true },
  unavailable: needsSeveral(3),
  run: ({ editor, glides }) => distribute(editor, axis, glides),
})

/** Putting things in order. */
export const arranging: readonly Command[] = [
  {
    ...{ id: 'tidy', section: 'arrange', title: titles.tidy, icon: WandSparkles },
    ...{ keys: ['T'], changes: true },
    unavailable: needsSomeSteps,
    run: ({ editor, glides }) => void editor.tidy({ animated: glides }),
  },
  {
    ...{ id: 'tidyKeep', section: 'arrange', title: titles.tidyKeep, icon: Hand },
    ...{ keys: ['Shift+T'], changes: true },
    unavailable: needsSomeSteps,
    run: ({ editor, glides }) => void editor.tidy({ keepPlaced: true, animated: glides }),
  },
  aligning('left', titles.alignLeft, 'A', AlignStartVertical),
  aligning('centre', titles.alignCentre, 'H', AlignCenterVertical),
  aligning('right', titles.alignRight, 'D', AlignEndVertical),
  aligning('top', titles.alignTop, 'W', AlignStartHorizontal),
  aligning('middle', titles.alignMiddle, 'V', AlignCenterHorizontal),
  aligning('bottom', titles.alignBottom, 'S', AlignEndHorizontal),
  distributing('across', titles.distributeAcross, 'H', AlignHorizontalSpaceBetween),
  distributing('down', titles.distributeDown, 'V', AlignVerticalSpaceBetween),
]
