// The file that a voter hands back, to the letter as Python reads it.

import { expect, it } from 'vitest';
import fixture from '../../../tests/fixtures/ballot.json';
import { canonical, clean, fileName, signed, type Unsigned } from '../../src/ballot/file';

it('is written as Python writes it, whatever is in a note', () => {
  expect(canonical(fixture.content)).toBe(fixture.canonical);
});

it('is signed as Python signs it', () => {
  expect(signed(fixture.content as Unsigned, fixture.ballot.key)).toEqual({ ...fixture.content, signature: fixture.signature });
});

it.each([
  ['  why \n', 'why'],
  ['one\r\ntwo\tthree', 'one\ntwo\tthree'],
  ['\x1b[31m\u202e', '␛[31m[U+202E]'],
  ['e\u0301', 'é'],
  ['half \ud83d', 'half \ufffd'],
])('makes a note %j that can be written', (typed, expected) => {
  expect(clean(typed, 100)).toBe(expected);
});

it('cuts a note without leaving half a sign', () => {
  expect(clean('ab🙂cd', 3)).toBe('ab\ufffd');
});

it.each([
  ['Which answer is better?', 'Ada Lovelace', 'ballot-which-answer-is-better-ada-lovelace.json'],
  ['Über A & B', 'Zoë', 'ballot-über-a-b-zoë.json'],
  ['../../etc/passwd', 'a\\b/c:d', 'ballot-etc-passwd-a-b-c-d.json'],
  ['???', '明', 'ballot-明.json'],
  ['x'.repeat(300), 'y', `ballot-${'x'.repeat(60)}-y.json`],
])('of %j by %j is called %s', (title, voter, name) => {
  expect(fileName(title, voter)).toBe(name);
});
