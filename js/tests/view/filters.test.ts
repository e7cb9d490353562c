// Which prompts the navigator lists.

import { describe, expect, it } from 'vitest';
import type { Vote } from '../../src/messages';
import { EVERYTHING, found } from '../../src/view/filters';
import { answer, prompt } from './comparisons';

const prompts = [
  prompt(1, [answer('1a', { text: '42', latency_s: 1, usd: 0.2 }), answer('1b', { text: '**42.**', latency_s: 2 })], {
    text: 'What is six times seven?',
    tags: ['maths'],
  }),
  prompt(2, [answer('2a', { text: 'yes', latency_s: 9 }), answer('2b', { text: 'no', usd: 0.9 })], { text: 'Is it so?' }),
  prompt(3, [answer('3a', { phase: 'failed', text: '', usd: null, latency_s: null })], {
    text: 'Six of one?',
    system: 'Be brief.',
  }),
];
const vote = { kind: 'pair', prompt: 'prompt-2' } as Vote;
const numbers = (filter: Partial<typeof EVERYTHING>): number[] =>
  found(prompts, [vote], { ...EVERYTHING, ...filter }).map(({ number }) => number);

describe('the list of prompts', () => {
  it('has them all, in the order asked', () => {
    expect(numbers({})).toEqual([1, 2, 3]);
  });

  it('has those with every word, in any case, in the prompt or before it', () => {
    expect(numbers({ words: 'SIX seven' })).toEqual([1]);
    expect(numbers({ words: 'six' })).toEqual([1, 3]);
    expect(numbers({ words: 'brief' })).toEqual([3]);
    expect(numbers({ words: 'nowhere' })).toEqual([]);
  });

  it('has those of a tag', () => {
    expect(numbers({ tag: 'maths' })).toEqual([1]);
  });

  it('has those whose answers say different things, whatever their marks', () => {
    expect(numbers({ show: 'disagreement' })).toEqual([2]);
  });

  it('has those where an answer failed, and those nobody judged', () => {
    expect(numbers({ show: 'errors' })).toEqual([3]);
    expect(numbers({ show: 'unjudged' })).toEqual([1, 3]);
  });

  it('begins with the slowest or the dearest; what is unknown comes last', () => {
    expect(numbers({ order: 'slowest' })).toEqual([2, 1, 3]);
    expect(numbers({ order: 'dearest' })).toEqual([2, 1, 3]);
  });
});
