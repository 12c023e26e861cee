import type { ReceivedMessage } from './mailbox.ts'

/** All received messages, newest first; the page looks for new ones by itself. */
export function listPage(messages: ReceivedMessage[]): string {
  const newest = messages[0]?.id ?? ''
  const list = messages.length
    ? `<ul class="messages">${messages.map(listItem).join('')}</ul>`
    : `<div class="empty"><p><strong>No mail yet.</strong></p><p>Everything that Weft sends on this machine arrives here
        instead of leaving it: password resets, and what the “Send an e-mail” step sends.</p></div>`
  const empty = messages.length
    ? `<form method="post" action="/mailbox/empty"><button type="submit">Empty the mailbox</button></form>`
    : ''
  return page(
    'Mailbox',
    `<header><h1>Mailbox <span class="count">${messages.length}</span></h1>${empty}</header>
    <main>${list}</main>
    <p class="sr" role="status" id="news"></p>
    <script>
      setInterval(async () => {
        if (document.hidden) return
        const answer = await fetch('/mailbox/api/messages').catch(() => undefined)
        if (!answer?.ok) return
        const { messages } = await answer.json()
        if ((messages[0]?.id ?? '') !== ${JSON.stringify(newest)}) location.reload()
      }, 2000)
    </script>`,
  )
}

function listItem({ id, subject, from, to, receivedAt, text }: ReceivedMessage): string {
  return `<li><a href="/mailbox/${id}">
    <span class="row"><strong>${escape(subject || '(no subject)')}</strong>${time(receivedAt)}</span>
    <span class="row quiet"><span>${escape(from)} → ${escape(to.join(', '))}</span></span>
    <span class="preview quiet">${escape(text.replace(/\s+/g, ' ').slice(0, 160))}</span>
  </a></li>`
}

/** One message: as its sender meant it to look, and its plain text. */
export function messagePage(message: ReceivedMessage): string {
  const { subject, from, to, receivedAt, html, text, attachments } = message
  // Scripts don't run in there; links open in a tab of their own.
  const body = html
    ? `<iframe title="The message" sandbox="allow-popups allow-popups-to-escape-sandbox"
        srcdoc="${escape(`<base target="_blank">${html}`)}"></iframe>
       <details><summary>As plain text</summary><pre>${links(text)}</pre></details>`
    : `<pre class="body">${links(text)}</pre>`
  const files = attachments.length
    ? `<dt>Attached</dt><dd>${attachments.map((one) => `${escape(one.name)} (${size(one.bytes)})`).join(', ')}</dd>`
    : ''
  return page(
    subject || '(no subject)',
    `<header><a href="/mailbox">← All messages</a></header>
    <main>
      <h1>${escape(subject || '(no subject)')}</h1>
      <dl><dt>From</dt><dd>${escape(from)}</dd><dt>To</dt><dd>${escape(to.join(', '))}</dd>
        <dt>Received</dt><dd>${time(receivedAt)}</dd>${files}</dl>
      ${body}
    </main>`,
  )
}

/** For an address whose message is gone. */
export function missingPage(): string {
  return page(
    'No such message',
    `<main><h1>This message isn’t here any more</h1>
    <p>The mailbox was emptied, or the address is not complete. <a href="/mailbox">See all messages</a></p></main>`,
  )
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · Weft mailbox</title>
<style>${styles}</style>
</head>
<body>${content}
<script>
  for (const element of document.querySelectorAll('time'))
    element.textContent = new Date(element.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
</script>
</body>
</html>`
}

const styles = `
:root { color-scheme: light dark; --ink: light-dark(#1c1b22, #ecebf1); --quiet: light-dark(#5c5a66, #a9a7b4);
  --page: light-dark(#f6f6f9, #17161b); --card: light-dark(#fff, #211f27); --line: light-dark(#dddce4, #393742);
  --accent: light-dark(#4338ca, #a5b4fc); }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif }
header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: 2.5rem }
h1 { font-size: 1.375rem; line-height: 1.3; margin: .5rem 0; overflow-wrap: anywhere }
.count { font-size: .875rem; font-weight: 500; color: var(--quiet); margin-left: .25rem }
a { color: var(--accent) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px }
button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px;
  padding: .375rem .75rem; cursor: pointer }
button:hover, .messages a:hover { border-color: var(--accent) }
.messages { list-style: none; margin: .75rem 0; padding: 0; display: grid; gap: .5rem }
.messages a { display: grid; gap: .125rem; padding: .75rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; text-decoration: none; color: inherit }
.row { display: flex; justify-content: space-between; gap: 1rem; overflow-wrap: anywhere }
time { white-space: nowrap; color: var(--quiet); font-size: .875rem }
.quiet { color: var(--quiet); font-size: .875rem }
.preview { white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.empty { background: var(--card); border: 1px dashed var(--line); border-radius: 8px; padding: 2rem; text-align: center;
  color: var(--quiet) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .125rem 1rem; margin: 0 0 1rem; font-size: .9375rem }
dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere }
iframe { width: 100%; height: min(60vh, 40rem); border: 1px solid var(--line); border-radius: 8px; background: light-dark(#fff, transparent) }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: .9375rem/1.5 ui-monospace, monospace }
pre.body { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem }
details { margin-top: 1rem } summary { cursor: pointer; color: var(--quiet) }
.sr { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
`

function time(iso: string): string {
  return `<time datetime="${escape(iso)}">${escape(iso.slice(0, 16).replace('T', ' '))} UTC</time>`
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KB`
}

function links(text: string): string {
  return escape(text).replace(
    /https?:\/\/[^\s<]+/g,
    (url) => `<a href="${url}" target="_blank" rel="noopener">${url}</a>`,
  )
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
