import { z } from 'zod'
import { ask, defineConnection, hostOf } from './define-connection.ts'

const openai = defineConnection({
  kind: 'ai.openai',
  title: 'OpenAI, or compatible',
  description: 'Language models behind an API like OpenAI’s.',
  icon: 'sparkles',
  use: 'http',
  fields: z.object({
    address: ask.address(
      { label: 'Address', hint: 'Of another service: its address up to "/v1".' },
      'https://api.openai.com/v1',
    ),
    apiKey: ask.secret({ label: 'API key' }),
  }),
  hosts: ({ address }) => [hostOf(address)],
})

const anthropic = defineConnection({
  kind: 'ai.anthropic',
  title: 'Anthropic',
  description: 'Claude, through Anthropic’s API.',
  icon: 'sparkles',
  use: 'http',
  fields: z.object({
    apiKey: ask.secret({ label: 'API key' }),
    address: ask.address({ label: 'Address', advanced: true }, 'https://api.anthropic.com'),
  }),
  hosts: ({ address }) => [hostOf(address)],
})

export const aiKinds = [openai, anthropic]
