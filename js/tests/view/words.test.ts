// Figures in words, as Python writes them: both are held against the same file.

import { expect, it } from 'vitest';
import cases from '../../../tests/fixtures/view/words.json';
import * as words from '../../src/view/words';

const functions = words as unknown as Record<string, (...values: unknown[]) => string>;

it.each(cases.map((one) => [one.fn, one.in, one.out] as const))('%s of %j is %s', (name, value, expected) => {
  expect(functions[name]?.(...(Array.isArray(value) ? value : [value]))).toBe(expected);
});

it('puts a text on one line, shortened', () => {
  expect(words.oneLine('two\nlines  here', 10)).toBe('two lines…');
});

it('shows half a surrogate pair, which cannot be written, as a sign of its own', () => {
  expect(words.visible('\ud800x\udfff')).toBe('\ufffdx\ufffd');
});
