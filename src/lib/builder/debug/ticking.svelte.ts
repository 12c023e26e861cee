import { createSubscriber } from 'svelte/reactivity'

const listen = createSubscriber((update) => {
  const timer = setInterval(update, 500)
  return () => clearInterval(timer)
})

/** The time now, for what is running: whatever reads it in a template is brought up to date twice a second. */
export function ticking(): number {
  listen()
  return Date.now()
}
