// A model's answer, which is hostile input, to HTML that is safe to show; src/routebook/render/markdown.py decides alike.
//
// Markdown without raw HTML, through two gates: the renderer writes only the tags it knows, and DOMPurify then keeps only
// those on a list. No image is loaded, no style, class or id of the answer's survives, a link goes to http, https or mail
// only and shows its address. What is too long or too deep for that is shown as plain text, whole.
//
// An answer is cut into blocks that mean the same alone as together, so that one that grows is parsed at its end only.

import DOMPurify from 'dompurify';
import { Lexer, Parser, Renderer, Tokenizer, type MarkedOptions, type MarkedToken, type Token, type Tokens } from 'marked';
import { visible } from './words';

const LONGEST = 200_000; // characters
const DEEPEST = 14; // levels of lists and quotes, a list being two: as in Python
const MOST_GROWTH = 12;
/** Marks times characters of one paragraph: marked takes quadratic time for unpaired marks, 15 ms for these. */
const MOST_WORK = 1_000_000;
const PLAIN_PIECE = 10_000;
const TOO_DEEP = /^[ \t]*(?:>[ \t]*|(?:[-*+]|\d{1,9}[.)])[ \t]+){16}/m;

const ALLOWED = {
  ALLOWED_TAGS: 'a blockquote br code em h5 h6 hr li ol p pre s small span strong table tbody td th thead tr ul'.split(' '),
  ALLOWED_ATTR: ['align', 'href', 'rel', 'start', 'target'],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  ADD_URI_SAFE_ATTR: ['align', 'rel', 'start', 'target'],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
};

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escape = (text: string): string => text.replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark);

// ---- one block -------------------------------------------------------------------------------------------------------

class Bounded extends Lexer {
  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    const marks = src.match(/[*_~`[\]$\\!<]/g)?.length ?? 0;
    if (marks * src.length <= MOST_WORK) return super.inlineTokens(src, tokens);
    tokens.push({ type: 'text', raw: src, text: src });
    return tokens;
  }
}

/** Shown as it was written, for the host to typeset: `<span>` is not used for anything else. */
const literal = ({ raw }: { raw: string }): string => `<span>${escape(raw)}</span>`;

const nothing = (): undefined => undefined;

/** Markdown without what can hide something. */
class Plain extends Tokenizer {
  override html = nothing;
  override tag = nothing;
  override url = nothing;
  // A reference could be defined once, long, and used ten thousand times.
  override def = nothing;
  override reflink = nothing;

  // One tilde means "about".
  override del(...src: Parameters<Tokenizer['del']>): Tokens.Del | undefined {
    return src[0].startsWith('~~') ? super.del(...src) : undefined;
  }
}

class Safe extends Renderer {
  override heading({ tokens, depth }: Tokens.Heading): string {
    const name = depth < 3 ? 'h5' : 'h6'; // the page's own headings come before
    return `<${name}>${this.parser.parseInline(tokens)}</${name}>\n`;
  }

  override code({ text }: Tokens.Code): string {
    return `<pre><code>${escape(text)}</code></pre>\n`;
  }

  override checkbox({ checked }: Tokens.Checkbox): string {
    return `[${checked ? 'x' : ' '}] `;
  }

  override del({ tokens }: Tokens.Del): string {
    return `<s>${this.parser.parseInline(tokens)}</s>`;
  }

  override link({ href, tokens, text }: Tokens.Link): string {
    const words = this.parser.parseInline(tokens);
    const to = address(href);
    if (!to) return `${words} <small>[no link: ${escape(href)}]</small>`;
    const shown = to.replace(/^mailto:/, '');
    const same = text.trim().replace(/\/$/, '') === shown.replace(/\/$/, '');
    return (
      `<a href="${escape(to)}" target="_blank" rel="noopener noreferrer nofollow">${words}</a>` +
      (same ? '' : ` <small>(${escape(shown)})</small>`)
    );
  }

  override image({ href, text }: Tokens.Image): string {
    return `<em>[image not loaded: ${escape(place(href))}]${text && ` ${escape(text)}`}</em>`;
  }
}

const BLOCK = /^ {0,3}(?:\$\$(?:(?!\n\s*\n|\$\$)[^])+\$\$|\\\[(?:(?!\n\s*\n|\\\])[^])+\\\])[ \t]*(?:\n|$)/;
const INLINE =
  /^(?:\$\$(?:(?!\$\$)[^])+\$\$|\\\((?:(?!\\\))[^])+\\\)|\\\[(?:(?!\\\])[^])+\\\]|\$(?![\s$])(?:\\[^\n]|[^\\$\n])*?(?<!\s)\$(?!\d))/;

function found(type: string, pattern: RegExp, src: string): Tokens.Generic | undefined {
  const raw = pattern.exec(src)?.[0];
  return raw ? { type, raw } : undefined;
}

// What `marked.use` would make of it; the widget's bundle leaves that part of the library out.
const OPTIONS: MarkedOptions = {
  gfm: true,
  tokenizer: new Plain(),
  renderer: new Safe(),
  extensions: {
    renderers: { formula: ({ raw }) => `<p>${literal({ raw: raw.trim() })}</p>\n`, math: literal },
    childTokens: {},
    block: [(src) => found('formula', BLOCK, src)],
    startBlock: [(src) => /^ {0,3}(?:\$\$|\\\[)/m.exec(src)?.index],
    inline: [(src) => found('math', INLINE, src)],
    startInline: [(src) => /\$|\\[([]/.exec(src)?.index],
  },
};

function parsed(href: string, base?: string): URL | undefined {
  try {
    return new URL(href, base);
  } catch {
    return undefined; // not an address, which is said where it would be
  }
}

/** Where a link really goes: names in other scripts as the browser asks for them. */
function address(href: string): string | undefined {
  const raw = href.replaceAll('&amp;', '&');
  if (!/^(?:https?:\/\/|mailto:)[^\s]/i.test(raw)) return undefined;
  const to = parsed(raw)?.href;
  return raw.endsWith('/') ? to : to?.replace(/^(https?:\/\/[^/]+)\/$/, '$1');
}

function place(source: string): string {
  const { hostname, protocol } = parsed(source, 'file:') ?? { hostname: 'no address', protocol: '' };
  return hostname || (protocol === 'file:' ? 'a file' : protocol.slice(0, -1));
}

function blockHtml(block: string): string {
  const source = visible(block);
  if (TOO_DEEP.test(source)) return plain(source);
  let made: string;
  try {
    const tokens = new Bounded(OPTIONS).lex(source);
    if (depth(tokens) > DEEPEST) return plain(source);
    made = new Parser(OPTIONS).parse(tokens);
  } catch (error) {
    if (error instanceof RangeError || String(error).includes('call stack')) return plain(source); // nested ten thousandfold
    throw error;
  }
  if (made.length > MOST_GROWTH * source.length + 10_000) return plain(source);
  return DOMPurify.sanitize(made, ALLOWED);
}

function depth(tokens: readonly Token[]): number {
  let deepest = 0;
  for (const token of tokens as MarkedToken[]) {
    if (token.type === 'blockquote') deepest = Math.max(deepest, 1 + depth(token.tokens));
    if (token.type === 'list') deepest = Math.max(deepest, ...token.items.map((item) => 2 + depth(item.tokens)));
  }
  return deepest;
}

const plain = (text: string): string => `<pre>${escape(visible(text))}</pre>\n`;

// ---- a whole answer --------------------------------------------------------------------------------------------------

/** An answer cut into blocks. `code` and `plain` are shown as they are, and `plain` was too long for anything else. */
export interface Cut {
  readonly text: string;
  readonly kind: 'markdown' | 'code' | 'plain';
  readonly blocks: readonly string[];
}

/** Cut an answer; with the cut from `before`, when text was only added since, at its end only. `source`: as written. */
export function cut(text: string, growing: boolean, before?: Cut, source = false): Cut {
  if (source || text.length > LONGEST) return { text, kind: 'plain', blocks: added(text, 'plain', before, pieces) };
  if (growing ? /^\s*(?:\{\s*(?:["}]|$)|\[\s*(?:["{[\]\d-]|$))/.test(text) : /^\s*[[{]/.test(text)) {
    const pretty = growing ? text : prettyJson(text);
    if (pretty !== null) return { text, kind: 'code', blocks: [pretty] };
  }
  return { text, kind: 'markdown', blocks: added(text, 'markdown', before, paragraphs) };
}

/** The HTML of one block of a cut. */
export const html = (kind: Cut['kind'], block: string): string =>
  kind === 'markdown' ? blockHtml(block) : kind === 'code' ? code(block) : plain(block);

const code = (text: string): string => `<pre><code>${escape(visible(text))}</code></pre>\n`;

/** An answer as safe HTML. */
export function toHtml(text: string): string {
  const { kind, blocks } = cut(text, false);
  return kind === 'plain' ? plain(text) : blocks.map((block) => html(kind, block)).join('');
}

function added(text: string, kind: Cut['kind'], before: Cut | undefined, split: (rest: string) => string[]): string[] {
  if (before?.kind !== kind || !before.blocks.length || !text.startsWith(before.text)) return split(text);
  const kept = before.blocks.slice(0, -1);
  const last = before.blocks.at(-1) ?? '';
  return [...kept, ...split(last + text.slice(before.text.length))];
}

/** Cut where a blank line is followed by one that starts at the margin, outside fenced code and lists. */
function paragraphs(text: string): string[] {
  const blocks: string[] = [];
  let start = 0;
  let fence = '';
  let blank = false;
  const listed = (at: number): boolean => /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/.test(text.slice(at, at + 16));
  for (const { 0: line, index } of text.matchAll(/[^\r\n]*(?:\r\n?|\n)|[^\r\n]+$/g)) {
    const stripped = line.trim();
    if (blank && !fence && stripped && !/^\s/.test(line) && !(listed(start) && listed(index))) {
      blocks.push(text.slice(start, index));
      start = index;
    }
    if (fence) {
      if (stripped.startsWith(fence) && !stripped.replaceAll(fence.charAt(0), '')) fence = '';
    } else {
      fence = /^(?:`{3,}(?=[^`]*$)|~{3,})/.exec(stripped)?.[0] ?? '';
    }
    blank = !stripped;
  }
  if (start < text.length) blocks.push(text.slice(start));
  return blocks;
}

/** Cut what is endless into pieces a browser can lay out one by one, at the ends of lines where there are any. */
function pieces(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = at + PLAIN_PIECE;
    const line = text.lastIndexOf('\n', end) + 1;
    const next = end >= text.length ? text.length : line > at ? line : end;
    found.push(text.slice(at, next));
    at = next;
  }
  return found;
}

/** A text that is one JSON object or list indented, each value as it was written; else `null`. */
export function prettyJson(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null; // it is Markdown
  }
  let level = 0;
  let before = '';
  let made = '';
  const newLine = (): string => `\n${'  '.repeat(Math.min(level, 20))}`; // indentation alone could multiply the size
  for (const mark of text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []) {
    const opens = before === '{' || before === '[';
    if (mark === '}' || mark === ']') {
      level--;
      if (!opens) made += newLine();
    } else if (opens || before === ',') made += newLine();
    made += mark === ':' ? ': ' : mark;
    if (mark === '{' || mark === '[') level++;
    before = mark;
  }
  return made.length > MOST_GROWTH * text.length + 10_000 ? null : made;
}
