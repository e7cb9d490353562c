// Comparisons for tests: the smallest that have what a test is about.

import type { Answer, Changes, Comparison, Model, Prompt, Run } from '../../src/messages';

export const model = (index: number, facts: Partial<Model> = {}): Model => ({
  id: `host/model-${index}`,
  name: `model-${index}`,
  host: 'host',
  vendor: 'vendor',
  colour: index,
  simulated: false,
  ...facts,
});

export const answer = (id: string, facts: Partial<Answer> = {}): Answer => ({
  id,
  model: 0,
  repeat: 0,
  phase: 'done',
  text: `Text of ${id}.`,
  usd: 0.001,
  ttft_s: 0.5,
  latency_s: 2,
  tokens_per_s: 100,
  input_tokens: 10,
  output_tokens: 20,
  ...facts,
});

export const prompt = (number: number, answers: Answer[], facts: Partial<Prompt> = {}): Prompt => ({
  id: `prompt-${number}`,
  number,
  text: `Question ${number}?`,
  answers,
  ...facts,
});

/** Of two models and one prompt, unless said otherwise. */
export function comparison(facts: Partial<Comparison> = {}, run: Partial<Run> = {}): Comparison {
  const prompts = facts.prompts ?? [prompt(1, [answer('a'), answer('b', { model: 1 })])];
  return {
    routebook: 1,
    models: [model(0), model(1)],
    notes: [],
    votes: [],
    ...facts,
    prompts,
    run: {
      id: '0123456789abcdef0123456789abcdef',
      name: '',
      created_at: '2026-11-20T14:03:00+00:00',
      status: 'finished',
      planned: 2,
      done: 2,
      repeats: 1,
      prompts: prompts.length,
      tags: [],
      blind: false,
      simulated: false,
      cost: {
        usd: 0.002,
        list_usd: 0.002,
        priced: 2,
        calls: 2,
        simulated_usd: 0,
        simulated_priced: 0,
        simulated_calls: 0,
      },
      slowest_s: 2,
      settings: {},
      ...run,
    },
  };
}

export const live = (...answers: Answer[]): Comparison =>
  comparison({ prompts: [prompt(1, answers)] }, { status: 'running', done: 0 });

export const changes = (seq: number, ...made: Changes['changes']): Changes => ({ kind: 'changes', seq, changes: made });
