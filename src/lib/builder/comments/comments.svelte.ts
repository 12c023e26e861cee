import { createContext } from 'svelte'
import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor } from '#lib/access/problems.ts'
import { listen } from '#lib/live/topic.ts'
import {
  edit,
  fetchComments,
  fetchMembers,
  fetchReadAt,
  markRead,
  remove,
  resolve,
  say,
  type CommentRow,
  type Member,
  type Saying,
} from './rows.ts'
import { commentTexts } from './texts.ts'
import { threadsOf, unreadOf, type Thread } from './threads.ts'

/** What is said about a workflow, live. */
export class Comments {
  rows = $state.raw<readonly CommentRow[]>([])
  members = $state.raw<readonly Member[]>([])
  isLoaded = $state(false)
  /** Why they could not be fetched, in a sentence. */
  problem = $state<string | null>(null)
  /** The thread that a link or a click led to. */
  shown = $state<string | null>(null)
  /** Whether their panel is open. */
  isOpen = $state(false)
  readonly threads: readonly Thread[] = $derived(threadsOf(this.rows))
  readonly open: readonly Thread[] = $derived(
    this.threads.filter(({ first }) => first.resolved_at === null),
  )
  /** How many open threads each step has. */
  readonly counts: ReadonlyMap<string, number> = $derived.by(() => {
    const byNode = Map.groupBy(this.open, ({ first }) => first.node_id ?? '')
    return new Map([...byNode].map(([node, threads]) => [node, threads.length]))
  })
  /** Comments of others that the person hasn't seen; while the panel is open, those that were new when it opened. */
  readonly unread: ReadonlySet<string> = $derived.by(() =>
    this.isLoaded ? unreadOf(this.rows, this.me, this.#readAt) : new Set(),
  )
  #readAt = $state<string | null>(null)
  readonly me: string
  readonly #supabase: SupabaseClient
  readonly #workflow: string
  readonly #workspace: string
  readonly #names = $derived(new Map(this.members.map(({ id, name }) => [id, name])))

  constructor(
    supabase: SupabaseClient,
    { workflow, workspace, me }: { workflow: string; workspace: string; me: string },
  ) {
    this.#supabase = supabase
    this.#workflow = workflow
    this.#workspace = workspace
    this.me = me
  }

  nameOf(person: string | null): string {
    return (person !== null && this.#names.get(person)) || commentTexts.someone
  }

  /** Opens the panel at the newest open thread about a step. */
  showAt(node: string): void {
    this.shown = this.open.find(({ first }) => first.node_id === node)?.first.id ?? null
    this.isOpen = true
  }

  /** Opens the panel at a thread that a link leads to. */
  show(thread: string): void {
    this.shown = thread
    this.isOpen = true
  }

  /** Fetches and listens; the answer ends it. */
  start(): () => void {
    const fetch = (): void => void this.refetch()
    fetch()
    return listen(this.#supabase, `workflow:${this.#workflow}`, {
      heard: (event) => {
        if (event === 'comment') fetch()
      },
      joined: fetch,
      state: () => undefined,
    })
  }

  async refetch(): Promise<void> {
    try {
      const [rows, members, readAt] = await Promise.all([
        fetchComments(this.#supabase, this.#workflow),
        fetchMembers(this.#supabase, this.#workspace),
        this.isLoaded ? this.#readAt : fetchReadAt(this.#supabase, this.#workflow),
      ])
      this.rows = rows
      this.members = members
      this.#readAt = readAt
      this.isLoaded = true
      this.problem = null
    } catch (problem) {
      this.problem = `${commentTexts.notLoaded} ${sentence(problem)}`
    }
  }

  /** Each answers with what went wrong, in a sentence. */
  async say(saying: Saying): Promise<string | null> {
    return await this.#asked(async () => {
      const id = await say(this.#supabase, this.#workflow, saying)
      this.shown = saying.thread ?? id
    })
  }

  async edit(comment: string, saying: Pick<Saying, 'body' | 'mentions'>): Promise<string | null> {
    return await this.#asked(() => edit(this.#supabase, comment, saying))
  }

  /** Tells the server that all that is here has been seen; the marks stay until `seen`. */
  async markRead(): Promise<void> {
    if (this.unread.size === 0) return
    try {
      await markRead(this.#supabase, this.#workflow)
    } catch (problem) {
      // They are marked as new again the next time: nothing is lost that would be worth a word.
      console.warn('What was read could not be kept.', problem)
    }
  }

  /** Takes the marks away: the person has looked. */
  seen(): void {
    this.#readAt = this.rows.reduce(
      (last, { created_at }) => (created_at > last ? created_at : last),
      this.#readAt ?? '',
    )
  }

  async resolve(comment: string, isResolved: boolean): Promise<string | null> {
    return await this.#asked(() => resolve(this.#supabase, comment, isResolved))
  }

  async remove(comment: string): Promise<string | null> {
    return await this.#asked(() => remove(this.#supabase, comment))
  }

  async #asked(work: () => Promise<void>): Promise<string | null> {
    try {
      await work()
      await this.refetch()
      return null
    } catch (problem) {
      return sentence(problem)
    }
  }
}

const sentence = (problem: unknown): string =>
  sentenceFor(problem as Parameters<typeof sentenceFor>[0]) // the database's answer

const [get, setComments, has] = createContext<Comments>()
export { setComments }

/** The page's comments; nothing where a drawing is only looked back at. */
export const commentsHere = (): Comments | null => (has() ? get() : null)
