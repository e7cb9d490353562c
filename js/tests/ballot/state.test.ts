// What one voter says, and what stays of it in the browser.

import { afterEach, describe, expect, it, vi } from 'vitest';
import fixture from '../../../tests/fixtures/ballot.json';
import type { Ballot } from '../../src/ballot/file';
import { annotate, begin, fileOf, go, keep, kept, open, pick, say, type State } from '../../src/ballot/state';

const BALLOT: Ballot = fixture.ballot;
const NOW = new Date('2026-11-20T14:05:00Z');

const ballot = (items: number, facts: Partial<Ballot> = {}): Ballot => ({
  ...BALLOT,
  items: Array.from({ length: items }, (_, number) => ({ id: String(number), prompt: 0, a: 0, b: 1 })),
  ...facts,
});
const state = (facts: Partial<State> = {}): State => ({
  token: '0'.repeat(32),
  voter: 'ada',
  items: ['x', 'y', 'z'],
  votes: {},
  notes: {},
  here: 0,
  saved: true,
  ...facts,
});

afterEach(() => { localStorage.clear(); });

describe('what a voter is asked', () => {
  it('is every pair, each once, where there are few', () => {
    expect(pick(ballot(7), 'ada').sort()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });

  it('is a part of them where there are many', () => {
    const asked = pick(ballot(100, { most: 20 }), 'ada');
    expect(new Set(asked).size).toBe(20);
  });

  it('covers all pairs equally often over the voters who are named', () => {
    const voters = Array.from({ length: 10 }, (_, number) => `voter ${number}`);
    const class_ = ballot(50, { most: 20, voters });
    const times = new Map<string, number>();
    for (const id of voters.flatMap((voter) => pick(class_, voter))) times.set(id, (times.get(id) ?? 0) + 1);
    expect([...times.values()]).toEqual(Array<number>(50).fill(4));
  });

  it('is in an order of its own', () => {
    const orders = Array.from({ length: 5 }, () => pick(ballot(30), 'ada').join(' '));
    expect(new Set(orders).size).toBeGreaterThan(1);
  });
});

describe('a vote', () => {
  it('goes on to the next pair the first time, and stays the second', () => {
    const once = say(state(), 'x', 'a', NOW);
    expect(once).toMatchObject({ here: 1, votes: { x: { winner: 'a', at: '2026-11-20T14:05:00.000Z' } }, saved: false });
    expect(say(go(once, 0), 'x', 'tie', NOW)).toMatchObject({ here: 0, votes: { x: { winner: 'tie' } } });
  });

  it('pressed twice at once is never one on a pair that was not seen', () => {
    const twice = say(say(state(), 'x', 'a', NOW), 'x', 'a', NOW);
    expect(Object.keys(twice.votes)).toEqual(['x']);
    expect(twice.here).toBe(1);
  });

  it('leaves the first pair without one to be found', () => {
    expect(open(say(state(), 'x', 'a', NOW))).toBe(1);
    expect(open(state({ items: [] }))).toBe(-1);
  });
});

it('never looks before the first pair or beyond the end', () => {
  expect([go(state(), -1).here, go(state(), 9).here]).toEqual([0, 3]);
});

it('makes the file of the fixture', () => {
  let now = state({ ...fixture.content, items: BALLOT.items.map(({ id }) => id), votes: {} });
  for (const { item, winner, note, at } of fixture.content.votes) {
    now = annotate(say(now, item, winner as 'a', new Date(at)), item, note);
  }
  const file = fileOf(BALLOT, now);
  const byItem = [...fixture.content.votes].sort((one, other) => (one.item < other.item ? -1 : 1));
  expect(file).toMatchObject({ ...fixture.content, votes: byItem });
});

it('leaves out a note on a pair without a vote', () => {
  expect(fileOf(BALLOT, annotate(state(), 'x', 'why')).votes).toEqual([]);
});

describe('what stays in the browser', () => {
  it('is there at the next visit', () => {
    const begun = begin(BALLOT, ' Ada  Lovelace ');
    expect(begun.voter).toBe('Ada Lovelace');
    expect(begun.token).toMatch(/^[0-9a-f]{32}$/);
    expect(keep(BALLOT, begun)).toBe(true);
    expect(kept(BALLOT)).toEqual(begun);
  });

  it('is another for another ballot', () => {
    keep(BALLOT, begin(BALLOT, 'ada'));
    expect(kept({ ...BALLOT, ballot: 'c'.repeat(32) })).toBeNull();
  });

  it.each(['', '{', 'null', '7', '{}', '{"items": ["unknown"]}', '{"items": []}'])('is nothing where it is %j', (text) => {
    localStorage.setItem(`routebook ballot ${BALLOT.ballot}`, text);
    expect(kept(BALLOT)).toBeNull();
  });

  it('is nothing where the browser keeps nothing', () => {
    const refuse = (): never => { throw new DOMException('', 'SecurityError'); };
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
    expect(keep(BALLOT, begin(BALLOT, 'ada'))).toBe(false);
    expect(kept(BALLOT)).toBeNull();
    vi.unstubAllGlobals();
  });
});
