import type { Component } from 'svelte'
import Box from '@lucide/svelte/icons/box'
import Building2 from '@lucide/svelte/icons/building-2'
import CalendarClock from '@lucide/svelte/icons/calendar-clock'
import CircleHelp from '@lucide/svelte/icons/circle-question-mark'
import Clock from '@lucide/svelte/icons/clock'
import CornerDownRight from '@lucide/svelte/icons/corner-down-right'
import Database from '@lucide/svelte/icons/database'
import FileText from '@lucide/svelte/icons/file-text'
import Filter from '@lucide/svelte/icons/funnel'
import GitBranch from '@lucide/svelte/icons/git-branch'
import Globe from '@lucide/svelte/icons/globe'
import Hand from '@lucide/svelte/icons/hand'
import Inbox from '@lucide/svelte/icons/inbox'
import ListChecks from '@lucide/svelte/icons/list-checks'
import LogOut from '@lucide/svelte/icons/log-out'
import Mail from '@lucide/svelte/icons/mail'
import Merge from '@lucide/svelte/icons/merge'
import MessageSquare from '@lucide/svelte/icons/message-square'
import MousePointerClick from '@lucide/svelte/icons/mouse-pointer-click'
import OctagonX from '@lucide/svelte/icons/octagon-x'
import Phone from '@lucide/svelte/icons/phone'
import Play from '@lucide/svelte/icons/play'
import Repeat from '@lucide/svelte/icons/repeat'
import Reply from '@lucide/svelte/icons/reply'
import RotateCw from '@lucide/svelte/icons/rotate-cw'
import Search from '@lucide/svelte/icons/search'
import Send from '@lucide/svelte/icons/send'
import Signpost from '@lucide/svelte/icons/signpost'
import Siren from '@lucide/svelte/icons/siren'
import Sparkles from '@lucide/svelte/icons/sparkles'
import Split from '@lucide/svelte/icons/split'
import SquarePen from '@lucide/svelte/icons/square-pen'
import SquarePlus from '@lucide/svelte/icons/square-plus'
import Table from '@lucide/svelte/icons/table-2'
import Timer from '@lucide/svelte/icons/timer'
import Trash2 from '@lucide/svelte/icons/trash-2'
import UserCheck from '@lucide/svelte/icons/user-check'
import Users from '@lucide/svelte/icons/users'
import Variable from '@lucide/svelte/icons/variable'
import Webhook from '@lucide/svelte/icons/webhook'
import Workflow from '@lucide/svelte/icons/workflow'
import Zap from '@lucide/svelte/icons/zap'

export type Icon = Component<{ size?: number; 'aria-hidden'?: 'true' }>

/**
 * The icons that node types may name. Listed one by one, so that pages carry these and not all of lucide's; a test says
 * when a node type names one that isn't here.
 */
const icons: Record<string, Icon> = {
  'building-2': Building2,
  'calendar-clock': CalendarClock,
  'circle-help': CircleHelp,
  clock: Clock,
  'corner-down-right': CornerDownRight,
  database: Database,
  'file-text': FileText,
  filter: Filter,
  'git-branch': GitBranch,
  globe: Globe,
  hand: Hand,
  inbox: Inbox,
  'list-checks': ListChecks,
  'log-out': LogOut,
  mail: Mail,
  merge: Merge,
  'message-square': MessageSquare,
  'mouse-pointer-click': MousePointerClick,
  'octagon-x': OctagonX,
  phone: Phone,
  play: Play,
  repeat: Repeat,
  reply: Reply,
  'rotate-cw': RotateCw,
  search: Search,
  send: Send,
  signpost: Signpost,
  siren: Siren,
  sparkles: Sparkles,
  split: Split,
  'square-pen': SquarePen,
  'square-plus': SquarePlus,
  'table-2': Table,
  timer: Timer,
  'trash-2': Trash2,
  'user-check': UserCheck,
  users: Users,
  variable: Variable,
  webhook: Webhook,
  workflow: Workflow,
  zap: Zap,
}

/** Whether an icon of this name can be drawn. */
export const hasIcon = (name: string): boolean => name in icons

/** The icon of this name; a box for one that isn't known. */
export const iconOf = (name: string): Icon => icons[name] ?? Box
