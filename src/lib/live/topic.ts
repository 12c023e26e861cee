import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js'
import { untrack } from 'svelte'

/** How news arrive: not yet, as they happen, not just now (it's being tried again), or never (not allowed). */
export type LiveState = 'connecting' | 'live' | 'offline' | 'refused'

/** Somebody who wants the news of a topic. */
export interface TopicListener {
  /** Something happened. */
  heard: (event: string, row: Record<string, unknown>) => void
  /** Connected, for the first time or again: what happened before wasn't heard, so fetch. */
  joined: () => void
  state: (state: LiveState) => void
}

/** The database tells only what's watched; watching lasts two minutes. */
const renewEvery = 60_000
/** Going from page to page often needs the same topic again at once. */
const keepFor = 800
const retryAfter = 4_000

const open = new WeakMap<SupabaseClient, Map<string, SharedTopic>>()
const leaving = new Map<string, Promise<unknown>>()

/**
 * Listens to a topic (`workspace:<id>`, `workflow:<id>`, `execution:<id>`, `pipeline:<id>`) until the answer is called.
 * Everybody who listens to the same topic shares one channel. Only in the browser. What a listener reads when it's told
 * at once that the channel is up is no reason for the effect that listens to begin anew: it would, for ever.
 */
export function listen(
  supabase: SupabaseClient,
  topic: string,
  listener: TopicListener,
): () => void {
  const topics = open.get(supabase) ?? new Map<string, SharedTopic>()
  open.set(supabase, topics)
  let shared = topics.get(topic)
  if (!shared) {
    shared = new SharedTopic(supabase, topic, () => topics.delete(topic))
    topics.set(topic, shared)
  }
  const found = shared
  return untrack(() => found.add(listener))
}

/** One channel and its listeners. Watch, subscribe, then everybody fetches: in this order nothing is missed. */
class SharedTopic {
  #listeners = new Set<TopicListener>()
  #channel: RealtimeChannel | undefined
  #state: LiveState = 'connecting'
  #renewal: ReturnType<typeof setInterval> | undefined
  #later: ReturnType<typeof setTimeout> | undefined
  #renewedAt = 0
  #closed = false
  readonly #supabase: SupabaseClient
  readonly #topic: string
  readonly #gone: () => void

  constructor(supabase: SupabaseClient, topic: string, gone: () => void) {
    this.#supabase = supabase
    this.#topic = topic
    this.#gone = gone
    this.#renewal = setInterval(() => void this.#renew(), renewEvery)
    document.addEventListener('visibilitychange', this.#seenAgain)
    window.addEventListener('offline', this.#cutOff)
    window.addEventListener('online', this.#backOnline)
    void this.#open()
  }

  add(listener: TopicListener): () => void {
    this.#listeners.add(listener)
    clearTimeout(this.#later)
    listener.state(this.#state)
    if (this.#state === 'live') listener.joined()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#later = setTimeout(() => this.#close(), keepFor)
    }
  }

  async #open(): Promise<void> {
    // The same topic's former channel must be gone before a new one may take its name.
    await leaving.get(this.#topic)
    if (this.#closed) return
    await this.#supabase.realtime.setAuth()
    if (!(await this.#renew()) || this.#closed) return
    const channel = this.#supabase.channel(this.#topic, { config: { private: true } })
    this.#channel = channel
    channel.on('broadcast', { event: '*' }, ({ event, payload }) => {
      // realtime.send adds an id of the message to the row, which has its own where it matters.
      for (const listener of this.#listeners)
        listener.heard(event, payload as Record<string, unknown>)
    })
    channel.subscribe((status) => {
      if (this.#closed || channel !== this.#channel) return
      if (status === 'SUBSCRIBED') void this.#joined()
      else this.#tell('offline')
      // Closed by the server (a token ran out, it restarted): unlike after an error, nobody else tries again.
      if (status === 'CLOSED') this.#openLater()
    })
  }

  async #joined(): Promise<void> {
    // After a break the watching may have ended; without it the channel stays silent.
    if (Date.now() - this.#renewedAt > renewEvery && !(await this.#renew())) return
    this.#tell('live')
    for (const listener of this.#listeners) listener.joined()
  }

  /** Starts or prolongs the watching. False when that didn't work; then it's tried again later. */
  async #renew(): Promise<boolean> {
    const { error } = await this.#supabase.rpc('watch', { p_topic: this.#topic })
    if (!error) {
      this.#renewedAt = Date.now()
      return true
    }
    if (error.code === '42501') {
      this.#tell('refused')
    } else {
      this.#tell('offline')
      if (this.#channel) setTimeout(() => void this.#joined(), retryAfter)
      else this.#openLater()
    }
    return false
  }

  /** Browsers slow the clocks of hidden pages: on coming back the watching may have ended unnoticed. */
  #seenAgain = (): void => {
    const missed = Date.now() - this.#renewedAt > renewEvery * 1.5
    if (document.visibilityState === 'visible' && missed && this.#state === 'live') {
      void this.#joined()
    }
  }

  /** The browser knows of a lost connection long before the channel misses its heartbeat. */
  #cutOff = (): void => this.#tell('offline')

  #backOnline = (): void => {
    // A channel that was lost meanwhile joins again by itself; one that wasn't has nothing more to say.
    if (this.#channel?.state === 'joined') void this.#joined()
  }

  #openLater(): void {
    const channel = this.#channel
    this.#channel = undefined
    if (channel) leaving.set(this.#topic, this.#leave(channel))
    setTimeout(() => void this.#open(), retryAfter)
  }

  #tell(state: LiveState): void {
    this.#state = state
    for (const listener of this.#listeners) listener.state(state)
  }

  #close(): void {
    this.#closed = true
    this.#gone()
    clearInterval(this.#renewal)
    document.removeEventListener('visibilitychange', this.#seenAgain)
    window.removeEventListener('offline', this.#cutOff)
    window.removeEventListener('online', this.#backOnline)
    if (this.#channel) leaving.set(this.#topic, this.#leave(this.#channel))
  }

  async #leave(channel: RealtimeChannel): Promise<void> {
    await this.#supabase.removeChannel(channel)
    leaving.delete(this.#topic)
  }
}
