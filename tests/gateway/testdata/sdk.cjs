// Asks the gateway by an official client for TypeScript, and prints what came as JSON:
//
//	node sdk.cjs FOLDER URL TOKEN USE
//
// FOLDER is where the clients are installed.
const [folder, url, token, use] = process.argv.slice(2)
const load = require('node:module').createRequire(folder + '/none.js')
const Anthropic = load('@anthropic-ai/sdk')
const OpenAI = load('openai')

const anthropic = new Anthropic({ baseURL: url + '/anthropic', apiKey: token })
const openai = new OpenAI({ baseURL: url + '/openai/v1', apiKey: token })
const codex = new OpenAI({ baseURL: url + '/codex', apiKey: token })

const message = { model: 'claude-opus-5', max_tokens: 64, messages: [{ role: 'user', content: 'Who are you?' }] }
const response = { model: 'gpt-6', input: 'Who are you?' }
const chat = { model: 'gpt-6', messages: [{ role: 'user', content: 'Who are you?' }] }

async function joined(stream, part) {
  let text = ''
  for await (const event of stream) text += part(event) ?? ''
  return text
}

const uses = {
  'messages': async () => (await anthropic.messages.create(message)).content[0].text,
  'messages streamed': async () => (await anthropic.messages.stream(message).finalMessage()).content[0].text,
  'responses': async () => (await openai.responses.create(response)).output_text,
  'codex responses streamed': async () =>
    joined(await codex.responses.create({ ...response, stream: true }), e => e.type === 'response.output_text.delta' ? e.delta : ''),
  'chat': async () => (await openai.chat.completions.create(chat)).choices[0].message.content,
  'chat streamed': async () => joined(await openai.chat.completions.create({ ...chat, stream: true }), e => e.choices[0]?.delta.content),
}

uses[use]().then(
  text => console.log(JSON.stringify({ text })),
  error => console.log(JSON.stringify({ status: error.status ?? 0, message: String(error.message) })),
)
