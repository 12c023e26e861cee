/** A message at the edge of the screen. */
interface Toast {
  id: number
  kind: 'success' | 'problem' | 'undo'
  message: string
  undo?: () => void | Promise<void>
}

const stayFor = { success: 4_000, undo: 9_000, problem: 12_000 }

/** The messages shown now, and how long they stay: Toasts.svelte draws them. */
class Messages {
  list = $state<Toast[]>([])
  #last = 0
  #timers = new Map<number, ReturnType<typeof setTimeout>>()

  add(toast: Omit<Toast, 'id'>): void {
    this.#last += 1
    const id = this.#last
    // More than a few at once can't be read; the oldest give way.
    for (const old of this.list.slice(0, Math.max(0, this.list.length - 3))) this.remove(old.id)
    this.list.push({ id, ...toast })
    this.resume(id)
  }

  remove(id: number): void {
    this.pause(id)
    this.list = this.list.filter((toast) => toast.id !== id)
  }

  /** Stops the clock: while somebody reads or is about to press Undo. */
  pause(id: number): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
  }

  resume(id: number): void {
    const toast = this.list.find((one) => one.id === id)
    if (!toast) return
    this.pause(id)
    this.#timers.set(
      id,
      setTimeout(() => this.remove(id), stayFor[toast.kind]),
    )
  }
}

/** For Toasts.svelte. */
export const messages = new Messages()

/** Tells people what happened. Only in the browser. */
export const toast = {
  /** Something worked that can't be seen otherwise. */
  success: (message: string): void => messages.add({ kind: 'success', message }),
  /** Something didn't work; the message says what, and what to do. */
  problem: (message: string): void => messages.add({ kind: 'problem', message }),
  /** Something was done that can be taken back. */
  undo: (message: string, undo: () => void | Promise<void>): void =>
    messages.add({ kind: 'undo', message, undo }),
}
