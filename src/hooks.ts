import type { Reroute } from '@sveltejs/kit/hooks'

const WORKSPACE = /^\/w\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\/|$)/

/** What can't be a workspace's id leads nowhere: the page for that says so, and the database isn't asked for it. */
export const reroute: Reroute = ({ url }) =>
  url.pathname.startsWith('/w/') && !WORKSPACE.test(url.pathname) ? '/w' : undefined
