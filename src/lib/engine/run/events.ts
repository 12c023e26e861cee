import type { Data } from '../data.ts'
import type { ErrorData } from '../store.ts'
import type { End, Frame, LoopRun, Step } from './state.ts'

/** How a loop is to go. */
export type LoopOrder = Pick<
  LoopRun,
  'items' | 'concurrency' | 'goesOn' | 'keepsResults' | 'atLimit'
>

/** Something that happened; the machine's only input. */
export type RunEvent =
  | { kind: 'finished'; step: Step; port: string; output: Data }
  /** For good: no attempt is left. */
  | { kind: 'failed'; step: Step; error: ErrorData }
  /** Goes to sleep, for reasons of its own. */
  | { kind: 'suspended'; step: Step; until: number | null; progress: Data; hasWaits: boolean }
  /** This attempt failed; another one is due. */
  | { kind: 'postponed'; step: Step; until: number }
  /** A loop knows its items. */
  | ({ kind: 'looped'; step: Step } & LoopOrder)
  /** Whether the rules of a loop that repeats hold after its last pass, or why nobody can tell. */
  | { kind: 'judged'; step: Step; verdict: boolean | ErrorData }
  | { kind: 'wake'; now: number }
  | { kind: 'cancel' }
  | { kind: 'timeout' }
  /** The run itself has failed, not one of its steps. */
  | { kind: 'halted'; error: ErrorData }

/** What follows from it; for the driver to do. */
export type Effect =
  /** Make an attempt. */
  | { kind: 'run'; step: Step }
  /** Write down that this step was passed over: its branch was not taken, or it's switched off. */
  | { kind: 'skipped'; step: Step; port: string | null }
  /** A pass is over: find out whether the rules hold, and say so at once. */
  | { kind: 'judge'; step: Step; frame: Frame }
  /** All items of a part of a long list are over: write down what came of them. */
  | { kind: 'chunk'; step: Step; path: string; output: Data }
  /** A loop is done, or failed. */
  | { kind: 'loop_finished'; step: Step; port: string; output: Data }
  | { kind: 'loop_failed'; step: Step; error: ErrorData; port: string | null }
  /** Call off whatever this step is doing. */
  | { kind: 'called_off'; step: Step }
  | { kind: 'ended'; end: End }
