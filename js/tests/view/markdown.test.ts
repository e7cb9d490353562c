// @vitest-environment jsdom
// An answer as HTML: as it will look in the saved page, and the same whether it came at once or in pieces.

import { describe, expect, it } from 'vitest';
import { cut, html, prettyJson, toHtml, type Cut } from '../../src/view/markdown';

function words(made: string): string {
  return new DOMParser().parseFromString(made, 'text/html').body.textContent.trim();
}

describe('an answer in Markdown', () => {
  it('is rendered, with headings below the page’s own', () => {
    expect(toHtml('# Title\n\n### Part\n\n**bold** *lean* ~~gone~~ `code`')).toBe(
      '<h5>Title</h5>\n<h6>Part</h6>\n<p><strong>bold</strong> <em>lean</em> <s>gone</s> <code>code</code></p>\n',
    );
  });

  it('keeps the alignment of a table and the start of a list', () => {
    expect(toHtml('| a |\n|--:|\n| 1 |')).toContain('<td align="right">1</td>');
    expect(toHtml('3. three')).toContain('<ol start="3">');
  });

  it('shows HTML as the text it is', () => {
    expect(toHtml('a <b onclick=x>raw</b>\n\n<script>1</script>')).toBe(
      '<p>a &lt;b onclick=x&gt;raw&lt;/b&gt;</p>\n<p>&lt;script&gt;1&lt;/script&gt;</p>\n',
    );
  });

  it('opens links apart, and shows where they go', () => {
    expect(toHtml('[docs](https://docs.example/a?b=1)')).toBe(
      '<p><a href="https://docs.example/a?b=1" target="_blank" rel="noopener noreferrer nofollow">docs</a> ' +
        '<small>(https://docs.example/a?b=1)</small></p>\n',
    );
    expect(words(toHtml('<https://docs.example>'))).toBe('https://docs.example');
    expect(words(toHtml('[paypal](https://p\u0430ypal.example)'))).toContain('xn--');
  });

  it('does not follow a link elsewhere', () => {
    expect(words(toHtml('[x](javascript:alert)'))).toBe('x [no link: javascript:alert]');
    expect(toHtml('[x](javascript:alert)')).not.toContain('<a');
  });

  it('names an image and does not load it', () => {
    expect(toHtml('![a cat](https://images.example/cat.png?who=me)')).toBe(
      '<p><em>[image not loaded: images.example] a cat</em></p>\n',
    );
    expect(words(toHtml('![](cat.png) ![](data:image/png;base64,AA)'))).toBe(
      '[image not loaded: a file] [image not loaded: data]',
    );
  });

  it.each(['$x_1 + y_1$', '$$\\sum_i *a* i$$', '\\(a_1*b*\\)', '\\[\na_1\n- b\n\\]', '$$\n1. a\n$$'])(
    'leaves a formula for the host as it was written: %s',
    (formula) => {
      expect(words(toHtml(`See\n${formula}\nabove`))).toContain(formula);
      expect(toHtml(`See\n${formula}\nabove`)).toContain('<span>');
    },
  );

  it('does not take money or a shell for a formula', () => {
    expect(toHtml('It is $5 to $10, or $HOME and \\$x\\$')).not.toContain('<span>');
  });

  it('makes signs of what would turn a line around or steer a terminal', () => {
    expect(words(toHtml('a\u202eb \x1b[2J'))).toBe('a[U+202E]b ␛[2J');
  });

  it('is plain and whole when it is endless or nested without end', () => {
    expect(toHtml('*a* '.repeat(60_000))).toBe(`<pre>${'*a* '.repeat(60_000)}</pre>\n`);
    for (const deep of ['> '.repeat(5_000), '- '.repeat(5_000), '>'.repeat(16)]) {
      expect(toHtml(`${deep}end`)).toMatch(/^<pre>.*end<\/pre>\n$/);
    }
  });

  it.each(['*a **a ', '[](', '`a``b', '_a', '<', '~~a '])(
    'is shown without its marks read when there are too many of %s',
    (piece) => {
      const answer = piece.repeat(20_000 / piece.length);

      expect(words(toHtml(answer))).toBe(answer.trim());
    },
  );

  it('in JSON is indented as code, each value as it was written', () => {
    expect(prettyJson('{"n":1.50,"of":[1,{"a":null}],"none":{},"t":"a, b: {c}"}')).toBe(
      '{\n  "n": 1.50,\n  "of": [\n    1,\n    {\n      "a": null\n    }\n  ],\n  "none": {},\n  "t": "a, b: {c}"\n}',
    );
    expect(toHtml('[see] *here*')).toBe('<p>[see] <em>here</em></p>\n');
  });
});

const ANSWER = `One *word*.

\`\`\`python
a = 1

b = 2
\`\`\`

- x

- y

  more of y

Text\r\n\r\nafter.

1. a
2. b

| a |
|---|
| 1 |

~~~
\`\`\`

~~~
> end`;

describe('an answer that grows', () => {
  const grown = (step: number): Cut => {
    let made = cut('', true);
    for (let end = step; end < ANSWER.length; end += step) made = cut(ANSWER.slice(0, end), true, made);
    return cut(ANSWER, true, made);
  };

  it.each([1, 2, 3, 7, 50])('is cut alike however it comes, %i letters at a time', (step) => {
    expect(grown(step).blocks).toEqual(cut(ANSWER, false).blocks);
    expect(grown(step).blocks.join('')).toBe(ANSWER);
  });

  it('is cut between blocks, not inside of code or a list', () => {
    expect(cut(ANSWER, true).blocks.map((block) => block.slice(0, 3).trim())).toEqual([
      'One', '```', '- x', 'Tex', 'aft', '1.', '| a', '~~~',
    ]);
  });

  it('is parsed at its end only', () => {
    const before = cut(ANSWER, true);
    const after = cut(`${ANSWER} and more`, true, before);

    expect(after.blocks.slice(0, -1)).toEqual(before.blocks.slice(0, -1));
    expect(after.blocks.at(-1)).toBe(`${before.blocks.at(-1) ?? ''} and more`);
  });

  it('is cut anew when it does not go on from before', () => {
    expect(cut('other', true, cut(ANSWER, true)).blocks).toEqual(['other']);
  });

  it('is code from its first brace, and stays so when it is whole', () => {
    const growing = cut('{"a": [1,', true);

    expect([growing.kind, html(growing.kind, growing.blocks[0] ?? '')]).toEqual([
      'code', '<pre><code>{&quot;a&quot;: [1,</code></pre>\n',
    ]);
    expect(cut('{"a": [1]}', false, growing).kind).toBe('code');
  });

  it('beyond all bounds is laid out in pieces, none lost', () => {
    const endless = `${'x'.repeat(25_000)}\n${'line\n'.repeat(50_000)}`;
    const { kind, blocks } = cut(endless, true);

    expect(kind).toBe('plain');
    expect(blocks.join('')).toBe(endless);
    expect(Math.max(...blocks.map((block) => block.length))).toBeLessThanOrEqual(10_001);
  });
});
