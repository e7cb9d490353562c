// How two answers differ.

import { h, render } from 'preact';
import { describe, expect, it } from 'vitest';
import { DiffText, pieces } from '../../src/view/diff';

const words = (base: string, other: string): string =>
  (pieces(base, other) ?? [])
    .map(({ change, text }) => ({ same: text, removed: `[-${text}-]`, added: `{+${text}+}` })[change])
    .join('');

describe('a diff', () => {
  it('goes by words', () => {
    expect(words('the red fox', 'the brown fox')).toBe('the [-red-]{+brown+} fox');
  });

  it('takes a space between two changes as part of them', () => {
    expect(words('a one two b', 'a three four b')).toBe('a [-one two-]{+three four+} b');
  });

  it('gives both texts back', () => {
    const [base, other] = ['x = 1\ny = 2\n\nprint(x)', 'x = 1\nz = 2\nprint(x, z)'];
    const found = pieces(base, other) ?? [];
    const of = (left: string): string => found.filter(({ change }) => change !== left).map(({ text }) => text).join('');
    expect(of('added')).toBe(base);
    expect(of('removed')).toBe(other);
  });

  it('knows letters of every script', () => {
    expect(words('größer als', 'größte als')).toBe('[-größer-]{+größte+} als');
  });

  it('compares lines when there are too many words, and gives up in words when nothing is alike', () => {
    const long = (mark: string): string => Array.from({ length: 3000 }, (_, line) => `${mark}${line} ${mark}\n`).join('');
    const shared = 'shared\n';
    expect(pieces(shared + long('a').slice(0, 6000), shared + long('b').slice(0, 6000))?.[0]).toEqual({
      change: 'same',
      text: shared,
    });
    expect(pieces(long('a'), long('b'))).toBeNull();
    const element = document.createElement('div');
    render(h(DiffText, { base: long('a'), other: long('b') }), element);
    expect(element.textContent).toContain('Too different to compare');
    expect(element.textContent).toContain('b2999 b');
  });

  it('is marked by elements that are read out, and shows controls instead of obeying them', () => {
    const element = document.createElement('div');
    render(h(DiffText, { base: 'one', other: 'two\u202e<b>' }), element);
    expect(element.querySelector('del')?.textContent).toBe('one');
    expect(element.querySelector('ins')?.textContent).toBe('two[U+202E]<b>');
    expect(element.querySelector('b')).toBeNull();
  });

  it('says when nothing differs', () => {
    const element = document.createElement('div');
    render(h(DiffText, { base: 'one', other: 'one' }), element);
    expect(element.textContent).toContain('The same, word for word.');
  });
});
