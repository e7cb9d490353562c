// Comparisons to look at, made up but lifelike.

import type { Answer, Comparison, Model, Prompt } from '../../src/messages';

const NAMES = ['gpt-6.1-terra', 'claude-haiku-5-5', 'nova-2-lite', 'my-llama', 'gemini-4', 'mistral-5', 'qwen-5', 'phi-7'];
const HOSTS = ['openai', 'anthropic', 'bedrock', 'ollama', 'google', 'mistral', 'vllm', 'azure'];

export const TEXT = `Scan **once**, keeping the *current* and the best run:

\`\`\`python
def longest_run(items):
    best = start = 0
    for i in range(1, len(items) + 1):
        if i == len(items) or items[i] != items[start]:
            best, start = max(best, i - start), i
    return best
\`\`\`

| case | answer |
|---|--:|
| empty | 0 |
| one | 1 |

1. It takes **O(n)** time,
2. and \`O(1)\` space. See [the docs](https://docs.example/groupby).`;

export const model = (index: number): Model => ({
  id: `${HOSTS[index % 8]}/${NAMES[index % 8]}`,
  name: NAMES[index % 8] ?? '',
  host: HOSTS[index % 8] ?? '',
  vendor: HOSTS[index % 8] ?? '',
  colour: index,
  simulated: false,
});

export function answer(id: string, index: number, text: string, more: Partial<Answer> = {}): Answer {
  return {
    id,
    model: index,
    repeat: 0,
    phase: 'done',
    text,
    host: HOSTS[index % 8],
    usd: 0.0026 / (index + 1),
    list_usd: 0.0026 / (index + 1),
    price: 'genai-prices 0.2.3, as of 2026-11-10',
    ttft_s: 0.4 + index / 5,
    latency_s: 1.8 + index / 2,
    tokens_per_s: 120 - 9 * index,
    input_tokens: 120,
    output_tokens: 216,
    finish: 'stop',
    request_id: `req-${id}`,
    started_at: '2026-11-20T14:03:00Z',
    ...more,
  };
}

export interface Wanted {
  models?: number;
  prompts?: number;
  text?: (prompt: number, model: number) => string;
  each?: (prompt: number, model: number) => Partial<Answer>;
}

export function comparison({ models = 4, prompts = 1, text = () => TEXT, each = () => ({}) }: Wanted = {}): Comparison {
  const asked = Array.from({ length: prompts }, (_, p): Prompt => {
    const id = (p + 1).toString(16).padStart(16, '0');
    return {
      id,
      number: p + 1,
      text: p ? `Question number ${p + 1}: how much is ${p} times ${p + 3}?` : 'Write a function that returns the longest run of equal items.',
      tags: [p % 3 ? 'arithmetic' : 'coding'],
      answers: Array.from({ length: models }, (_, m) => answer(`${id}-${m}`, m, text(p, m), each(p, m))),
    };
  });
  const calls = models * prompts;
  return {
    routebook: 1,
    run: {
      id: '5'.repeat(32),
      name: 'longest run',
      created_at: '2026-11-20T14:03:00Z',
      status: 'finished',
      planned: calls,
      done: calls,
      repeats: 1,
      prompts,
      tags: ['coding', 'arithmetic'],
      blind: false,
      simulated: false,
      cost: {
        usd: 0.0054 * prompts,
        list_usd: 0.0066 * prompts,
        priced: calls,
        calls,
        simulated_usd: 0,
        simulated_priced: 0,
        simulated_calls: 0,
      },
      slowest_s: 4.2,
      settings: {},
    },
    models: Array.from({ length: models }, (_, m) => model(m)),
    prompts: asked,
    notes: [],
    votes: [],
  };
}

/** The same while it is asked, or unasked in the end: labels only, and nothing that could tell who it was. */
export function blind(open: Comparison): Comparison {
  const letters = 'ABCDEFGH';
  return {
    ...open,
    models: [],
    run: { ...open.run, blind: true, cost: null, slowest_s: null },
    prompts: open.prompts.map((prompt) => ({
      ...prompt,
      answers: prompt.answers.map(({ id, repeat, phase, text }, index) => ({
        id, repeat, phase, ...(text === undefined ? {} : { text }), model: null, label: `Answer ${letters[index]}`,
      })),
    })),
  };
}
