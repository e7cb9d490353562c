// @vitest-environment jsdom
// Every answer of the hostile corpus through the view's Markdown: allowed elements and attributes only, nothing lost.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cut, html, toHtml } from '../../src/view/markdown';

type Entry = { name: string } & ({ text: string } | { pieces: [string, number][] });

const CORPUS = (
  JSON.parse(readFileSync(`${import.meta.dirname}/../../../tests/fixtures/hostile.json`, 'utf8')) as Entry[]
).map((entry): [string, string] => [
  entry.name,
  'text' in entry ? entry.text : entry.pieces.map(([text, times]) => text.repeat(times)).join(''),
]);
const SHORT = CORPUS.filter(([, text]) => text.length < 3_000);

const TAGS = new Set(
  'a blockquote br code em h5 h6 hr li ol p pre s small span strong table tbody td th thead tr ul'.split(' '),
);
const ATTRIBUTES: Record<string, RegExp> = {
  'a href': /^(?:https?:\/\/|mailto:)[^\s]+$/i,
  'a rel': /^noopener noreferrer nofollow$/,
  'a target': /^_blank$/,
  'ol start': /^\d{1,9}$/,
  'td align': /^(?:left|center|right)$/,
  'th align': /^(?:left|center|right)$/,
};

/** What a browser would find in this HTML that may not be there. */
function forbidden(made: string): string[] {
  const found: string[] = [];
  const page = new DOMParser().parseFromString(`<body>${made}`, 'text/html');
  if (page.head.childNodes.length || page.body.attributes.length) found.push('something outside the body');
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_ALL);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.ELEMENT_NODE) {
      const element = node as Element;
      const tag = element.localName;
      if (!TAGS.has(tag) || element.namespaceURI !== 'http://www.w3.org/1999/xhtml') found.push(`<${tag}>`);
      for (const { name, value } of element.attributes)
        if (!ATTRIBUTES[`${tag} ${name}`]?.test(value)) found.push(`<${tag} ${name}="${value}">`);
      if (tag === 'a' && element.attributes.length !== 3) found.push('a link without rel or target');
    } else if (node.nodeType !== Node.TEXT_NODE) found.push(node.nodeName);
  }
  return found;
}

/** So many places in a text. */
const ends = (text: string, places: number): number[] =>
  Array.from({ length: places }, (_, place) => Math.floor(((place + 0.37) * text.length) / places));

describe('a hostile answer', () => {
  it.each(CORPUS)('becomes allowed elements only, at no great length: %s', (_name, text) => {
    const made = toHtml(text);

    expect(made.length).toBeLessThan(13 * text.length + 10_000);
    if (made.length < 400_000) expect(forbidden(made)).toEqual([]);
    else expect(made.replace(/<pre>|<\/pre>\n/g, '')).not.toMatch(/[<>"]/);
  }, 60_000);

  it.each(SHORT)('is as safe wherever it is cut while it streams: %s', (_name, text) => {
    for (const end of ends(text, 8)) {
      const growing = cut(text.slice(0, end), true);

      expect(forbidden(growing.blocks.map((block) => html(growing.kind, block)).join(''))).toEqual([]);
    }
  });

  it.each(SHORT)('is one and the same whether it streamed or came at once: %s', (_name, text) => {
    let growing = cut('', true);
    for (const end of ends(text, 12)) growing = cut(text.slice(0, end), true, growing);
    growing = cut(text, false, growing);

    expect(growing.blocks.map((block) => html(growing.kind, block)).join('')).toBe(toHtml(text));
  });

  it('shows every letter of an element instead of running or dropping it', () => {
    const text = 'a <script>top.__pwned=1</script> b <img src=x>';

    expect(new DOMParser().parseFromString(toHtml(text), 'text/html').body.textContent.trim()).toBe(text);
  });
});
