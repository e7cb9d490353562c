// The order of a blind page: random over the prompts, the same each time it is seen.

import { describe, expect, it } from 'vitest';
import { letters, shuffled } from '../../src/view/blind';
import { answer } from './comparisons';

const four = [0, 1, 2, 3].map((model) => answer(`m${model}`, { model }));
const order = (run: string, prompt: string): string => shuffled(four, run, prompt).map(({ id }) => id).join(' ');

describe('the order of a blind page', () => {
  it('has every answer once, and is the same whenever the same prompt of the same run is seen', () => {
    expect(shuffled(four, 'run', 'prompt').map(({ id }) => id).sort()).toEqual(['m0', 'm1', 'm2', 'm3']);
    expect(order('run', 'prompt')).toBe(shuffled([...four].reverse(), 'run', 'prompt').map(({ id }) => id).join(' '));
  });

  it('favours no model: over many prompts all orders are as frequent', () => {
    const prompts = 4800;
    const seen = new Map<string, number>();
    for (let number = 0; number < prompts; number++) {
      const one = order('0123456789abcdef0123456789abcdef', `prompt ${number}`);
      seen.set(one, (seen.get(one) ?? 0) + 1);
    }
    const expected = prompts / 24;
    const chiSquare = [...seen.values()].reduce((sum, often) => sum + (often - expected) ** 2 / expected, 0);

    expect(seen.size).toBe(24);
    expect(chiSquare).toBeLessThan(49.7); // 23 degrees of freedom, p = 0.001; the run's and prompts' ids are fixed
  });

  it('is not the same for another run', () => {
    const orders = new Set(['a', 'b', 'c', 'd', 'e'].map((run) => order(run, 'prompt')));

    expect(orders.size).toBeGreaterThan(1);
  });

  it('gives a model one letter and one place in all repeats', () => {
    const answers = [0, 1, 2].flatMap((repeat) => four.map((one) => ({ ...one, repeat, id: `${one.id} ${repeat}` })));
    const made = shuffled(answers, 'run', 'prompt');
    const named = letters(made);

    expect(made.map(({ repeat }) => repeat)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    expect(made.map(({ id }) => named.get(id)?.slice(-1)).join('')).toBe('ABCDABCDABCD');
    expect(made.slice(4, 8).map(({ model }) => model)).toEqual(made.slice(0, 4).map(({ model }) => model));
  });

  it('has names for more answers than there are letters', () => {
    const many = Array.from({ length: 28 }, (_, model) => answer(`m${model}`, { model }));

    expect([...letters(many).values()].slice(24)).toEqual(['Answer Y', 'Answer Z', 'Answer AA', 'Answer AB']);
  });
});
