// What is judged next, and which vote stands.

import { describe, expect, it } from 'vitest';
import type { Vote, Winner } from '../../src/messages';
import {
  currentPair,
  factsOf,
  nextPair,
  pairBallot,
  pairs,
  ratingBallot,
  standingPair,
  standingRating,
  verdict,
  type Pair,
} from '../../src/view/judge';
import { answer, prompt } from './comparisons';

const [a, b, c] = ['a', 'b', 'c'].map((id, model) => answer(id, { model })) as [
  ReturnType<typeof answer>,
  ReturnType<typeof answer>,
  ReturnType<typeof answer>,
];
const where = { prompt: 'prompt-1', blind: false, order: [], by: 'ada' };
const vote = (first: string, second: string, winner: Winner, minute: number): Vote => ({
  ...where, kind: 'pair', id: `${first}${second}${minute}`, at: `2026-11-20T14:0${minute}:00+00:00`, a: first, b: second, winner,
});
const named = (pair: Pair | undefined): string => pair?.map(({ id }) => id).join('') ?? 'none';

describe('the pairs', () => {
  it('are of answers that are done, in the order shown, of the same repeat', () => {
    const shown = [c, answer('failed', { phase: 'failed' }), a, b, answer('later', { repeat: 1 })];

    expect(pairs(shown).map(named)).toEqual(['ca', 'cb', 'ab']);
    expect(pairs([answer('alone'), answer('later', { repeat: 1 })])).toEqual([]);
  });

  it('begin with the first two, or with the one judged last', () => {
    const all = pairs([a, b, c]);

    expect(named(currentPair(all, [], []))).toBe('ab');
    expect(named(currentPair(all, [vote('c', 'b', 'a', 2), vote('a', 'c', 'a', 1)], []))).toBe('bc');
    expect(named(currentPair([], [], []))).toBe('none');
  });

  it('stay what they are when another answer ends or their order changes', () => {
    expect(named(currentPair(pairs([a, b, c]), [], ['b', 'c']))).toBe('bc');
    expect(named(currentPair(pairs([c, b, a]), [], ['b', 'c']))).toBe('cb');
    expect(named(currentPair(pairs([a, c]), [], ['b', 'c']))).toBe('ac');
  });

  it('go on with those not judged yet, then round', () => {
    const all = pairs([a, b, c]);
    const [ab, , bc] = all as [Pair, Pair, Pair];

    expect(named(nextPair(all, [], ab))).toBe('ac');
    expect(named(nextPair(all, [vote('c', 'a', 'tie', 1)], ab))).toBe('bc');
    expect(named(nextPair(all, [], bc))).toBe('ab');
    const judged = [vote('a', 'b', 'a', 1), vote('a', 'c', 'a', 1), vote('b', 'c', 'a', 1)];
    expect(named(nextPair(all, judged, ab))).toBe('ac');
  });
});

describe('the vote that stands', () => {
  it('is the newest on the same two answers, told in the order in which they are shown', () => {
    const votes = [vote('a', 'b', 'a', 3), vote('b', 'a', 'a', 5), vote('a', 'b', 'tie', 4), vote('a', 'c', 'a', 9)];

    expect(standingPair(votes, [a, b])).toMatchObject({ a: 'a', b: 'b', winner: 'b' });
    expect(standingPair(votes, [b, a])).toMatchObject({ a: 'b', b: 'a', winner: 'a' });
    expect(standingPair(votes, [b, c])).toBeUndefined();
  });

  it.each(['tie', 'both_bad'] as const)('is %s from either side', (winner) => {
    expect(standingPair([vote('b', 'a', winner, 1)], [a, b])?.winner).toBe(winner);
  });

  it('is the later one of two of the same moment', () => {
    expect(standingPair([vote('a', 'b', 'a', 1), vote('a', 'b', 'b', 1)], [a, b])?.winner).toBe('b');
  });

  it('is the newest rating of that answer', () => {
    const rating = (id: string, stars: number, minute: number): Vote => ({
      ...where, kind: 'rating', id: `${id}${minute}`, at: `2026-11-20T14:0${minute}:00+00:00`, answer: id, rating: stars,
    });
    const votes = [rating('a', 5, 2), rating('a', 2, 1), rating('b', 1, 3), vote('a', 'b', 'a', 4)];

    expect(standingRating(votes, a)?.rating).toBe(5);
    expect(standingRating(votes, c)).toBeUndefined();
  });
});

describe('a ballot', () => {
  const facts = factsOf(prompt(1, []), [c, a, b], true, ' Shorter. ');

  it('says what was judged, what was hidden, why, and the order shown', () => {
    const besides = { prompt: 'prompt-1', blind: true, order: ['c', 'a', 'b'], note: 'Shorter.' };

    expect(pairBallot([c, a], 'both_bad', facts)).toEqual({ kind: 'pair', a: 'c', b: 'a', winner: 'both_bad', ...besides });
    expect(ratingBallot(b, 4, facts)).toEqual({ kind: 'rating', answer: 'b', rating: 4, ...besides });
  });

  it('has no note when none was written', () => {
    expect(factsOf(prompt(1, []), [], false, '  ')).not.toHaveProperty('note');
  });
});

it.each([['a', 'x is better'], ['b', 'y is better'], ['tie', 'a tie'], ['both_bad', 'both are bad']] as const)(
  'puts %s into words',
  (winner, words) => { expect(verdict(vote('a', 'b', winner, 1), ['x', 'y'])).toBe(words); },
);
