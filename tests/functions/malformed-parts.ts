import { readFileSync } from 'node:fs'

/** Every address of the api, as its own list has them; ID stands for one. */
export const apiPaths: readonly { method: string; path: string }[] = [
  ...readFileSync(
    new URL('../../supabase/functions/api/routes.ts', import.meta.url),
    'utf8',
  ).matchAll(/method: '(\w+)',\s*path: ([^\n]+?),\s*handle/g),
].map(([, method = '', path = '']) => ({
  method,
  path: path
    .replaceAll('${ID}', 'ID')
    .replace(/^new RegExp\(`|`\)$|[\^$\\'"]|\?<\w+>|[()]/g, '')
    .replace(/^\/+|\/+$/g, ''),
}))

/** What bodies are said to be. */
export const TYPES = [
  'application/json',
  ...[
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/vnd.x+json',
    'text/plain',
  ],
  ...[
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'multipart/form-data',
  ],
  ...['multipart/form-data; boundary=', 'image/png', 'application/xml', ';;;', '', 'a/b/c', 'x'],
]

/** Bodies that are text, and mostly not what they are said to be. */
export const TEXTS = [
  ...[
    '',
    ' ',
    '{',
    '[',
    '"',
    '{}',
    '[]',
    'null',
    'true',
    '0',
    '-',
    '1e999',
    '-0',
    '{"a":}',
    '{"a":1,}',
  ],
  ...['[1,2', '{"a":"\\ud800"}', '{"\\u0000":1}', '{"__proto__":{"a":1}}', '{"constructor":1}'],
  ...['NaN', 'undefined', '\uFEFF{}', '{"a":1}{"b":2}', `"${'x'.repeat(3000)}"`, '['.repeat(5000)],
  ...[`${'['.repeat(199)}${']'.repeat(199)}`, `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`],
  ...[
    'a=1&a=2&__proto__=3',
    '%',
    '%zz=%',
    'a=%00',
    '--x\r\n\r\n--x--',
    '--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--',
  ],
  ...[`{"n":${'9'.repeat(400)}}`, '{"n":1e-400}', '"\\u0000"', '{"a":"\\u0000\\u0001\\u001f"}'],
]

/** Headers that something reads. */
export const NAMES = [
  ...[
    'x-webhook-signature',
    'x-hub-signature-256',
    'stripe-signature',
    'webhook-id',
    'webhook-timestamp',
  ],
  ...[
    'webhook-signature',
    'authorization',
    'x-delivery',
    'x-forwarded-for',
    'cookie',
    'accept',
    'apikey',
  ],
]

/** What headers say. */
export const VALUES = [
  ...[
    '',
    ' ',
    ',',
    '=',
    'sha256=',
    `sha256=${'0'.repeat(64)}`,
    't=,v1=',
    't=1,v1=x',
    't=NaN',
    'v1,',
    'v1,====',
  ],
  ...[
    'Basic',
    'Basic =',
    'Basic Og==',
    'Bearer',
    'Bearer ',
    'Bearer x.y.z',
    'Bearer weft_',
    'Bearer null',
  ],
  ...[
    `Bearer weft_${'0'.repeat(64)}`,
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    '-1',
    '99999999999999999999',
    '0x10',
  ],
  ...[
    '::ffff:1.2.3.4',
    '999.1.1.1',
    "' or 1=1 --",
    '../../etc/passwd',
    '\u00ff\u00fe',
    'x'.repeat(4000),
  ],
]

/** Lines that aren't HTTP, or not quite: what only a socket can send. */
export const NOT_HTTP: readonly string[] = [
  ...[
    '',
    '\r\n\r\n',
    'GET',
    'GET / HTTP/9.9\r\n\r\n',
    '\u0000\u0001\u0002\r\n\r\n',
    'POST /PATH HTTP/1.1\r\n\r\n',
  ],
  'POST /PATH HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n',
  'POST /PATH HTTP/1.1\r\nhost: x\r\ncontent-length: 1e3\r\n\r\nx',
  'POST /PATH HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nxxxxxx',
  'POST /PATH HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":1}',
  'POST /PATH HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999999\r\n\r\n{}',
  'POST /PATH HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  'POST /PATH HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}',
  'POST /PATH HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a"',
  'POST /PATH HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked, x\r\n\r\n0\r\n\r\n',
  'POST /PATH HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n',
  'POST /PATH HTTP/1.1\r\nhost: x\r\nx: \u0000\r\n\r\n',
  `POST /PATH HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
  `POST /PATH${'z'.repeat(70_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  'POST /PATH HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n',
  'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n',
  'POST http://[::1/PATH HTTP/1.1\r\nhost: x\r\n\r\n',
  'POST * HTTP/1.1\r\nhost: x\r\n\r\n',
]
