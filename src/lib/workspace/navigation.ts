import CircleCheckBig from '@lucide/svelte/icons/circle-check-big'
import Database from '@lucide/svelte/icons/database'
import History from '@lucide/svelte/icons/history'
import KeyRound from '@lucide/svelte/icons/key-round'
import Settings from '@lucide/svelte/icons/settings'
import Workflow from '@lucide/svelte/icons/workflow'
import { texts } from './texts.ts'

/** A place one can go to in a workspace. */
export interface Place {
  label: string
  href: string
  icon: typeof Workflow
  /** How much waits there for whoever looks. */
  waiting?: number
  /** Behind "More" where the navigation has little room. */
  rare?: boolean
}

/** The places of a workspace, in the order of the navigation. */
export function placesOf(workspace: string, openApprovals = 0): { work: Place[]; care: Place[] } {
  const base = `/w/${workspace}`
  return {
    work: [
      { label: texts.nav.workflows, href: `${base}/workflows`, icon: Workflow },
      { label: texts.nav.executions, href: `${base}/executions`, icon: History },
      {
        label: texts.nav.approvals,
        href: `${base}/approvals`,
        icon: CircleCheckBig,
        waiting: openApprovals,
      },
      { label: texts.nav.pipelines, href: `${base}/pipelines`, icon: Database },
      { label: texts.nav.connections, href: `${base}/connections`, icon: KeyRound, rare: true },
    ],
    care: [{ label: texts.nav.settings, href: `${base}/settings`, icon: Settings, rare: true }],
  }
}
