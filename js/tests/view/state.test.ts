// A comparison as messages come: nothing is lost, nothing is taken twice, what did not change stays the same object.

import { describe, expect, it } from 'vitest';
import { changed, stateOf, voted, type State } from '../../src/view/state';
import { answer, changes, comparison, live, model, prompt } from './comparisons';

const growing = () => stateOf(live(answer('a', { phase: 'streaming', text: '' }), answer('b', { model: 1 })), 7);

function after(state: State, ...messages: Parameters<typeof changed>[1][]): State {
  for (const message of messages) {
    const next = changed(state, message);
    if (!next) throw new Error(`a gap before ${message.seq}`);
    state = next;
  }
  return state;
}

describe('a comparison that grows', () => {
  it('appends text and reasoning in the order they come', () => {
    const state = after(
      growing(),
      changes(8, { answer: 'a', text: 'One', reasoning: 'Hm' }),
      changes(9, { answer: 'a', text: ' two' }, { answer: 'a', reasoning: 'm.', set: { phase: 'done' } }),
    );

    expect(state.comparison.prompts[0]?.answers[0]).toMatchObject({ text: 'One two', reasoning: 'Hmm.', phase: 'done' });
  });

  it('appends to what a message sets', () => {
    const state = after(growing(), changes(8, { answer: 'a', text: ' more', set: { text: 'Again:' } }));

    expect(state.comparison.prompts[0]?.answers[0]?.text).toBe('Again: more');
  });

  it('takes what is new of the run and of its models', () => {
    const summary = {
      calls: 1, errors: 0, cached: 0, priced: 1, cost_usd: 1, usd_per_1k_calls: 1000,
      ttft_p50_s: 1, ttft_p95_s: 1, latency_p50_s: 1, latency_p95_s: 1, tokens_per_s: 1,
    };
    const state = after(growing(), { ...changes(8), run: { done: 1 }, summaries: { 1: summary } });

    expect(state.comparison.run).toMatchObject({ done: 1, planned: 2 });
    expect(state.comparison.models.map((one) => one.summary)).toEqual([undefined, summary]);
  });

  it('keeps every object that did not change', () => {
    const before = growing();
    const state = after(before, changes(8, { answer: 'a', text: 'One' }));

    expect(state.comparison.prompts[0]?.answers[1]).toBe(before.comparison.prompts[0]?.answers[1]);
    expect(state.comparison.models).toBe(before.comparison.models);
    expect(before.comparison.prompts[0]?.answers[0]?.text).toBe('');
  });

  it('leaves a message out that it has already', () => {
    const state = growing();

    expect(changed(state, changes(7, { answer: 'a', text: 'twice' }))).toBe(state);
  });

  it('says when a message is missing', () => {
    expect(changed(growing(), changes(9, { answer: 'a', text: 'late' }))).toBeNull();
  });

  it('takes any message first when it does not know which was the last', () => {
    const state = after(stateOf(growing().comparison), changes(40, { answer: 'a', text: 'One' }));

    expect(changed(state, changes(42))).toBeNull();
  });

  it('passes over an answer that is not shown', () => {
    const state = growing();

    expect(after(state, changes(8, { answer: 'of prompt 5000', text: 'x' })).comparison.prompts[0]?.answers).toEqual(
      state.comparison.prompts[0]?.answers,
    );
  });
});

describe('a vote', () => {
  const vote = {
    kind: 'rating', prompt: 'prompt-1', blind: true, order: ['a'], id: 'v', by: 'ada', at: '', answer: 'a', rating: 4,
  } as const;
  const cast = { ...vote, order: [...vote.order] };

  it('is added, and counted once', () => {
    const reply = { kind: 'reply', id: '', ok: true, answer: 'voted', vote: cast } as const;

    expect(voted(voted(comparison(), reply), reply).votes).toEqual([vote]);
  });

  it('opens the prompt of a blind run', () => {
    const hidden = comparison({ models: [], prompts: [prompt(1, [answer('a', { model: null })]), prompt(2, [])] });
    const open = prompt(1, [answer('a')]);
    const reply = { kind: 'reply', id: '', ok: true, answer: 'voted', vote: cast, prompt: open, models: [model(0)] } as const;

    const made = voted(hidden, { ...reply, models: [...reply.models] });

    expect(made.models).toEqual([model(0)]);
    expect(made.prompts).toEqual([open, hidden.prompts[1]]);
  });
});
