// The hostile corpus that Python's tests read too.

import { readFileSync } from 'node:fs';
import { REPOSITORY } from './where';

type Entry = { name: string } & ({ text: string } | { pieces: [string, number][] });

export interface Hostile {
  name: string;
  text: string;
}

const entries = JSON.parse(readFileSync(`${REPOSITORY}tests/fixtures/hostile.json`, 'utf8')) as Entry[];

export const CORPUS: Hostile[] = entries.map((entry) => ({
  name: entry.name,
  text: 'text' in entry ? entry.text : entry.pieces.map(([text, times]) => text.repeat(times)).join(''),
}));
/** Those that fit beside each other on one page. */
export const SHORT = CORPUS.filter(({ text }) => text.length < 3_000);
export const HUGE = CORPUS.filter(({ text }) => text.length >= 3_000);
