import { createSubscriber } from 'svelte/reactivity'

const listen = createSubscriber((update) => {
  const timer = setInterval(update, 15_000)
  return () => clearInterval(timer)
})

/** The time now, for "3 minutes ago": whatever reads it in a template or effect is brought up to date by itself. */
export function now(): number {
  listen()
  return Date.now()
}
