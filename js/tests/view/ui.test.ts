// What the reader looks at, decided by pure functions.

import { describe, expect, it } from 'vitest';
import type { Vote } from '../../src/messages';
import { concealed, followed, selected, sorted, START } from '../../src/view/ui';
import { answer, comparison, prompt } from './comparisons';

const two = (first: 'done' | 'streaming', second: 'queued' | 'streaming') =>
  comparison(
    { prompts: [prompt(1, [answer('a', { phase: first })]), prompt(2, [answer('b', { phase: second })])] },
    { status: 'running' },
  );

describe('the prompt that is shown', () => {
  it('is the first, or the one selected', () => {
    expect(selected(two('done', 'queued'), START)?.number).toBe(1);
    expect(selected(two('done', 'queued'), { ...START, prompt: 'prompt-2' })?.number).toBe(2);
  });

  it('stays until it is answered, then is the next', () => {
    expect(followed(two('streaming', 'streaming'), START)).toBe('prompt-1');
    expect(followed(two('done', 'streaming'), START)).toBe('prompt-2');
    expect(followed(two('done', 'queued'), START)).toBe('prompt-2');
  });

  it('is not changed for a reader who chose it, nor when the run has ended', () => {
    expect(followed(two('done', 'streaming'), { ...START, prompt: 'prompt-1', follow: false })).toBe('prompt-1');
    expect(followed({ ...two('done', 'streaming'), run: comparison().run }, START)).toBe('prompt-1');
  });
});

describe('the order of answers', () => {
  const answers = [
    answer('dear', { usd: 0.02, ttft_s: 0.1, tokens_per_s: 50 }),
    answer('cached', { usd: 0, list_usd: 0.001, ttft_s: 0.3, tokens_per_s: 200 }),
    answer('unknown', { usd: null, ttft_s: null, tokens_per_s: null }),
    answer('growing', { phase: 'streaming', ttft_s: 0.01 }),
  ];
  const ids = (sort: Parameters<typeof sorted>[1]): string[] => sorted(answers, sort).map(({ id }) => id);

  it('is as asked, or by what an answer cost when it was asked', () => {
    expect(ids('asked')).toEqual(['dear', 'cached', 'unknown', 'growing']);
    expect(ids('cost')).toEqual(['cached', 'dear', 'unknown', 'growing']);
  });

  it('puts the soonest and the fastest first, and last what has no figure yet', () => {
    expect(ids('first')).toEqual(['dear', 'cached', 'unknown', 'growing']);
    expect(ids('speed')).toEqual(['cached', 'dear', 'unknown', 'growing']);
  });
});

describe('a prompt judged blind', () => {
  const blind = { ...START, blind: true };
  const one = prompt(1, [answer('a'), answer('b', { model: 1 })]);
  const cast = { prompt: 'prompt-1', blind: true, order: ['a', 'b'], by: 'ada', at: '' };
  const pair: Vote = { ...cast, id: 'p', kind: 'pair', a: 'a', b: 'b', winner: 'tie' };
  const rating = (id: string): Vote => ({ ...cast, id, kind: 'rating', answer: id, rating: 3 });
  const hidden = (...votes: Vote[]): boolean => concealed(comparison({ prompts: [one], votes }), one, blind);

  it('is concealed until a pair is judged, or every answer rated', () => {
    expect(hidden()).toBe(true);
    expect(hidden(rating('a'))).toBe(true);
    expect(hidden(rating('a'), rating('b'))).toBe(false);
    expect(hidden(pair)).toBe(false);
  });

  it('is not opened by a vote that was not blind, or of another prompt', () => {
    expect(hidden({ ...pair, blind: false }, { ...pair, id: 'q', prompt: 'prompt-2' })).toBe(true);
  });

  it('is never concealed by the page where the kernel conceals, or nobody asked for it', () => {
    expect(concealed(comparison({ prompts: [one] }, { blind: true }), one, blind)).toBe(false);
    expect(concealed(comparison({ prompts: [one] }), one, START)).toBe(false);
  });
});
