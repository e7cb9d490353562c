// What one voter has said so far, as a value; and where it is kept between two visits.

import type { Winner } from '../messages';
import { oneLine } from '../view/words';
import { clean, LONGEST_NOTE, signed, type Ballot, type BallotFile } from './file';

export interface State {
  /** 32 hex digits. */
  token: string;
  voter: string;
  /** `Item.id` of what this voter is asked, in this voter's order. */
  items: readonly string[];
  /** By `Item.id`. */
  votes: Readonly<Record<string, { winner: Winner; at: string }>>;
  /** By `Item.id`; also of what is not voted on yet. */
  notes: Readonly<Record<string, string>>;
  /** Which of `items` is looked at; one past the last is the end. */
  here: number;
  /** Whether a file was made since the last change. */
  saved: boolean;
}

const LONGEST_NAME = 200; // as in src/routebook/votes.py

/** A voter's name as it is written into the file. */
export const named = (name: string): string => oneLine(name.normalize('NFC'), LONGEST_NAME);

export function begin(ballot: Ballot, name: string): State {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const token = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const voter = named(name);
  return { token, voter, items: pick(ballot, voter), votes: {}, notes: {}, here: 0, saved: true };
}

/**
 * The pairs one voter is asked: as many as `most` in a row, which Python has ordered so that any such row is balanced.
 * Named voters start one after the other, so that together they see every pair about equally often; others anywhere.
 */
export function pick({ items, most, voters }: Ballot, voter: string): string[] {
  const asked = Math.min(most ?? items.length, items.length);
  const place = voters.indexOf(voter);
  const start = place < 0 ? below(items.length) : place * asked;
  const ids = Array.from({ length: asked }, (_, step) => items[(start + step) % items.length]?.id ?? '');
  for (let at = ids.length - 1; at > 0; at--) {
    const other = below(at + 1);
    [ids[at], ids[other]] = [ids[other] ?? '', ids[at] ?? ''];
  }
  return ids;
}

/** A random whole number from 0 and below `end`. */
const below = (end: number): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % end;

/** Says who won. The first word on a pair goes on from it to the next; another word on it stays, to be seen. */
export function say(state: State, item: string, winner: Winner, now: Date): State {
  const goesOn = !Object.hasOwn(state.votes, item) && state.items[state.here] === item;
  const votes = { ...state.votes, [item]: { winner, at: now.toISOString() } };
  return { ...state, votes, here: state.here + (goesOn ? 1 : 0), saved: false };
}

export const annotate = (state: State, item: string, note: string): State =>
  ({ ...state, notes: { ...state.notes, [item]: note }, saved: false });

export const go = (state: State, here: number): State =>
  ({ ...state, here: Math.max(0, Math.min(state.items.length, here)) });

export const done = (state: State): number => Object.keys(state.votes).length;

/** The first pair without a vote; -1 when there is none. */
export const open = (state: State): number => state.items.findIndex((item) => !Object.hasOwn(state.votes, item));

/** The file to hand back. */
export function fileOf(ballot: Ballot, { token, voter, items, votes, notes }: State): BallotFile {
  const lines = items.flatMap((item) => {
    const vote = votes[item];
    return vote ? [{ item, winner: vote.winner, note: clean(notes[item] ?? '', LONGEST_NOTE), at: vote.at }] : [];
  });
  return signed(
    { routebook: 1, kind: 'ballot', ballot: ballot.ballot, voter, token, asked: items.length, votes: lines },
    ballot.key,
  );
}

const place = (ballot: Ballot): string => `routebook ballot ${ballot.ballot}`;

/** Keeps what was said in this browser; returns whether it could. */
export function keep(ballot: Ballot, state: State): boolean {
  try {
    localStorage.setItem(place(ballot), JSON.stringify(state));
    return true;
  } catch {
    return false; // a private window, or a frame that may keep nothing
  }
}

/** What was kept by an earlier visit; `null` when there is nothing that fits this ballot. */
export function kept(ballot: Ballot): State | null {
  try {
    const state = JSON.parse(localStorage.getItem(place(ballot)) ?? 'null') as State | null;
    const known = new Set(ballot.items.map(({ id }) => id));
    return state?.items.length && state.votes instanceof Object && state.items.every((item) => known.has(item)) ? state : null;
  } catch {
    return null;
  }
}
