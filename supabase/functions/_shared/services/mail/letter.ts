/** What comes from people or templates is text, never markup. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** The one thing to do, as mail programs show it everywhere. */
export const button = (link: string, words: string): string =>
  `<p style="margin:24px 0"><a href="${escaped(link)}" style="display:inline-block;padding:10px 18px;` +
  `border-radius:6px;background:#4845d2;color:#ffffff;text-decoration:none">${escaped(words)}</a></p>`

/** The HTML of an e-mail that Weft itself writes. */
export const letter = (parts: string[]): string =>
  `<div style="font:15px/1.5 sans-serif;max-width:560px">${parts.join('')}</div>`
