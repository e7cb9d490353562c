// Decides which model answers which prompt. No dependency: runs in a browser, in Node, in a worker.
//
//   decide('Refactor this.')                                   what a policy says of one text
//   decide({ system: '...', messages: [{ role: 'user', text: '...', images: 1 }], tools: 2 })
//   decide('Hello.', { tags: ['vip'], metadata: { plan: 'pro' } })
//
// Patterns are searched for with RegExp, which takes very long for some patterns on some texts: where strangers write the
// prompts, bound their length, or decide with routebook itself, whose patterns take time in proportion to the text.

export type Value = string | number | boolean;

/** What a rule asks: exactly one of `tag` to `not`; `metadata` and `feature` with a comparison. */
export interface Condition {
  readonly tag?: string;
  readonly keyword?: readonly string[];
  readonly regex?: string;
  readonly language?: string | readonly string[];
  readonly metadata?: string;
  readonly feature?: string;
  readonly any?: readonly Condition[];
  readonly all?: readonly Condition[];
  readonly not?: Condition;
  readonly equals?: Value;
  readonly in?: readonly Value[];
  readonly at_least?: number;
  readonly at_most?: number;
}

export interface Route {
  readonly models: readonly string[];
  readonly weights?: readonly number[];
  readonly timeout_s?: number;
  readonly retries?: number;
  readonly budget_usd?: number;
  readonly evidence?: unknown;
}

/** A policy file's data. */
export interface Policy {
  readonly routebook: number;
  readonly name: string;
  readonly classify: readonly { readonly tag: string; readonly when: Condition }[];
  readonly routes: Readonly<Record<string, Route>>;
  readonly default: Route;
  readonly provenance?: unknown;
}

/** What features are found by; `routebook.targets.embedding.tables` writes it. */
export interface Tables {
  readonly forms: Readonly<Record<string, string>>;
  readonly code: { readonly patterns: readonly (readonly string[])[]; readonly fences: Readonly<Record<string, string>> };
  readonly scripts: readonly (readonly [number, number, string])[];
  readonly written: Readonly<Record<string, readonly string[]>>;
  readonly words: Readonly<Record<string, string>>;
  readonly letters: Readonly<Record<string, string>>;
}

export interface Message {
  readonly role: string;
  readonly text: string;
  readonly images?: number;
}

export interface Prompt {
  readonly system?: string | null;
  readonly messages: readonly Message[];
  readonly tools?: number;
}

/** What else is known of a prompt. */
export interface Known {
  readonly tags?: readonly string[] | string | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}

/** Where one prompt goes: the tag it got, the rule that fired (from 1), and the models to ask, in order. */
export interface Decision {
  readonly tag: string;
  readonly rule: number | null;
  readonly models: readonly string[];
  /** Seconds for each try; null sets no limit. */
  readonly timeout_s: number | null;
  /** How often each model is asked again. */
  readonly retries: number;
  /** US dollars for one prompt; null sets no limit. */
  readonly budget_usd: number | null;
}

export class Reader {
  private readonly features: Features;
  private readonly patterns: ReadonlyMap<string, RegExp>;
  private readonly policy: Policy;

  /** `patterns` are the policy's regular expressions and the plain form of each, which RegExp understands. */
  constructor(policy: Policy, patterns: readonly (readonly [string, string])[], tables: Tables) {
    this.policy = policy;
    this.patterns = new Map(patterns.map(([pattern, plain]) => [pattern, new RegExp(plain, 'u')]));
    this.features = new Features(tables);
  }

  /** Say where a prompt goes: a text, or its system prompt, messages and tools. */
  decide(prompt: string | Prompt, known: Known = {}): Decision {
    const asked = askedOf(prompt, known);
    for (const [place, { tag, when }] of this.policy.classify.entries()) {
      if (this.holds(when, asked)) return this.decision(tag, place + 1, this.policy.routes[tag], asked);
    }
    return this.decision('default', null, this.policy.default, asked);
  }

  private decision(tag: string, rule: number | null, route: Route | undefined, asked: Asked): Decision {
    if (route === undefined) throw new Error(`the tag ${JSON.stringify(tag)} has no route`);
    const models = drawn(route, `${this.policy.name}\0${tag}\0${asked.searched}`);
    const { timeout_s = null, retries = 0, budget_usd = null } = route;
    return { tag, rule, models, timeout_s, retries, budget_usd };
  }

  private holds(when: Condition, asked: Asked): boolean {
    if (when.any !== undefined) return when.any.some((one) => this.holds(one, asked));
    if (when.all !== undefined) return when.all.every((one) => this.holds(one, asked));
    if (when.not !== undefined) return !this.holds(when.not, asked);
    if (when.tag !== undefined) return asked.tags.has(when.tag);
    if (when.keyword !== undefined) return when.keyword.some((word) => hasWord(asked.lower, word.toLowerCase()));
    if (when.metadata !== undefined) return compares(when, own(asked.metadata, when.metadata));
    if (when.regex !== undefined) {
      const pattern = this.patterns.get(when.regex);
      if (pattern === undefined) throw new Error(`the plain form of ${JSON.stringify(when.regex)} is not known`);
      return pattern.test(asked.searched);
    }
    if (when.language !== undefined) {
      const codes = typeof when.language === 'string' ? [when.language] : when.language;
      return codes.includes(String(this.features.of(asked, 'language')));
    }
    if (when.feature !== undefined) return compares(when, this.features.of(asked, when.feature));
    throw new Error(`no condition: ${JSON.stringify(when)}`);
  }
}

// ---- a prompt, as rules see it --------------------------------------------------------------------------------------

interface Asked {
  /** The last message. */
  readonly text: string;
  /** All that the user wrote. */
  readonly searched: string;
  readonly lower: string;
  /** The system prompt and the earlier messages. */
  readonly earlier: string;
  readonly turns: number;
  readonly images: number;
  readonly tools: number;
  readonly tags: ReadonlySet<string>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly known: Map<string, Value>;
}

function askedOf(prompt: string | Prompt, known: Known): Asked {
  const given = typeof prompt === 'string' ? { messages: [{ role: 'user', text: prompt }] } : prompt;
  const messages: readonly Message[] = given.messages.map((message) => ({ ...message, text: whole(message.text) }));
  const last = messages.at(-1);
  if (last === undefined) throw new Error('a prompt has at least one message');
  const written = messages.filter(({ role }) => role === 'user').map(({ text }) => text);
  const before = messages.slice(0, -1).map(({ text }) => text);
  if ('system' in given && typeof given.system === 'string') before.unshift(whole(given.system));
  const searched = written.join('\n\n');
  return {
    text: last.text,
    searched,
    lower: searched.toLowerCase(),
    earlier: before.join('\n\n'),
    turns: written.length,
    images: messages.reduce((sum, { images = 0 }) => sum + images, 0),
    tools: 'tools' in given ? (given.tools ?? 0) : 0,
    tags: new Set(typeof known.tags === 'string' ? [known.tags] : known.tags),
    metadata: known.metadata ?? {},
    known: new Map(),
  };
}

/** A text in which half a character is U+FFFD. */
function whole(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** What is given under a name, and nothing inherited. */
function own<T>(of: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

// ---- words, values and draws ----------------------------------------------------------------------------------------

/** Whether a word stands in the text with no letter, digit or underscore touching it. */
function hasWord(text: string, word: string): boolean {
  for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + 1)) {
    if (!joined(text, start) && !joined(text, start + word.length)) return true;
  }
  return false;
}

/** Whether the characters on both sides of a place are parts of words. */
function joined(text: string, at: number): boolean {
  const before = /[\p{L}\p{N}_]$/u.test(text.slice(Math.max(0, at - 2), at));
  return before && /^[\p{L}\p{N}_]/u.test(text.slice(at, at + 2));
}

/** Whether a value is the one asked for, one of several, or between two ends; 1, "1" and true are different. */
function compares(when: Condition, given: unknown): boolean {
  const value = typeof given === 'bigint' ? Number(given) : given;
  if (when.equals !== undefined) return value === when.equals;
  if (when.in !== undefined) return when.in.some((one) => value === one);
  const { at_least: least = -Infinity, at_most: most = Infinity } = when;
  return typeof value === 'number' && least <= value && value <= most;
}

/** The models to ask, in order; with weights the one that the hash of the name falls to comes first. */
function drawn({ models, weights = [1] }: Route, name: string): readonly string[] {
  if (weights.length === 1) return models;
  let sum = 0;
  const ends = weights.map((weight) => (sum += weight));
  const point = (Number.parseInt(sha256(name).slice(0, 12), 16) / 2 ** 48) * sum;
  const found = ends.findIndex((end) => point < end);
  const first = found < 0 ? ends.length - 1 : found;
  return [...models.slice(first, first + 1), ...models.slice(0, first), ...models.slice(first + 1)];
}

/** The sha256 (hex) of a text in UTF-8, by FIPS 180-4; the browser's own is asynchronous. */
export function sha256(text: string): string {
  const [primes, roots] = SHA256;
  const bytes = new TextEncoder().encode(text);
  const padded = new DataView(new ArrayBuffer(((bytes.length + 72) >> 6) << 6));
  bytes.forEach((byte, at) => { padded.setUint8(at, byte); });
  padded.setUint8(bytes.length, 0x80);
  padded.setBigUint64(padded.byteLength - 8, BigInt(bytes.length) * 8n);
  const rotated = (word: number, by: number): number => (word >>> by) | (word << (32 - by));
  const hash = Int32Array.from(roots.slice(0, 8));
  const words = new Int32Array(64);
  const word = (at: number): number => words[at] ?? 0;
  for (let block = 0; block < padded.byteLength; block += 64) {
    for (let at = 0; at < 64; at += 1) {
      const [a, b] = [word(at - 15), word(at - 2)];
      words[at] =
        at < 16
          ? padded.getInt32(block + 4 * at)
          : word(at - 16) + (rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3)) + word(at - 7) + (rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10));
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
    for (let at = 0; at < 64; at += 1) {
      const first = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) + (primes[at] ?? 0) + word(at);
      const second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((value, at) => { hash[at] = (hash[at] ?? 0) + value; });
  }
  return Array.from(hash, (value) => (value >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The first 32 bits of the fractions of the cube and the square roots of the first 64 primes. */
const SHA256 = ((): readonly [readonly number[], readonly number[]] => {
  const primes: bigint[] = [];
  for (let one = 2n; primes.length < 64; one += 1n) if (primes.every((prime) => one % prime !== 0n)) primes.push(one);
  const fraction = (prime: bigint, power: number): number => {
    let low = 0n;
    for (let high = 1n << 40n; high - low > 1n; ) {
      const middle = (low + high) >> 1n;
      if (middle ** BigInt(power) <= prime << BigInt(32 * power)) low = middle;
      else high = middle;
    }
    return Number(low & 0xffffffffn);
  };
  return [primes.map((prime) => fraction(prime, 3)), primes.map((prime) => fraction(prime, 2))];
})();

// ---- features -------------------------------------------------------------------------------------------------------

const WORD = /[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;
const QUOTED = /```[^`]*(?:```|$)|`[^`\n]*`/gu;
const BETWEEN_WORDS = /[ \t\n\r\v\f!-,./:-@[-`{-~]+/u;

type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What can be asked of a prompt's text without asking a model. */
class Features {
  private readonly forms: ReadonlyMap<string, RegExp>;
  private readonly code: readonly (readonly [string, RegExp])[];
  private readonly byWord: Counts;
  private readonly byLetter: Counts;
  private readonly tables: Tables;

  constructor(tables: Tables) {
    const found = (patterns: readonly (readonly string[])[]): (readonly [string, RegExp])[] =>
      patterns.map(([name = '', plain = '']) => [name, new RegExp(plain, 'u')]);
    this.tables = tables;
    this.forms = new Map(found(Object.entries(tables.forms)));
    this.code = found(tables.code.patterns);
    this.byWord = counted(Object.entries(tables.words).map(([code, words]) => [code, words.split(' ')]));
    this.byLetter = counted(Object.entries(tables.letters).map(([code, letters]) => [code, Array.from(letters)]));
  }

  /** A feature, worked out once. */
  of(asked: Asked, name: string): Value {
    const value = asked.known.get(name) ?? this.found(asked, name);
    asked.known.set(name, value);
    return value;
  }

  private found(asked: Asked, name: string): Value {
    const { text } = asked;
    switch (name) {
      case 'prompt_tokens': return Math.ceil(new TextEncoder().encode(text + asked.earlier).length / 4);
      case 'characters': return Array.from(text).length;
      case 'words': return text.match(WORD)?.length ?? 0;
      case 'lines': return text.split('\n').length;
      case 'digits': return text.match(/[0-9]/gu)?.length ?? 0;
      case 'turns': return asked.turns;
      case 'images': return asked.images;
      case 'tools': return asked.tools;
      case 'language': return this.language(text);
      case 'code_language': return this.of(asked, 'has_code') === true ? this.codeLanguage(text) : 'none';
    }
    const form = this.forms.get(name);
    if (form === undefined) throw new Error(`${JSON.stringify(name)} is no feature`);
    return form.test(text);
  }

  private codeLanguage(text: string): string {
    for (const line of text.split('\n')) {
      const named = /^ {0,3}(?:```|~~~)[`~]*(.*)$/su.exec(line)?.[1]?.replace(/^[ \t\r{}.]+|[ \t\r{}.]+$/gu, '');
      const known = own(this.tables.code.fences, named?.split(' ')[0]?.toLowerCase() ?? '');
      if (known !== undefined) return known;
    }
    return this.code.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown';
  }

  private language(whole: string): string {
    const text = Array.from(whole).slice(0, 240).join('').replace(QUOTED, ' ');
    const script = this.script(text);
    const codes = own(this.tables.written, script);
    if (codes === undefined) return script;
    const lower = text.toLowerCase();
    const counts = new Map(codes.map((code) => [code, 0]));
    for (const [found, counted] of [[lower.split(BETWEEN_WORDS), this.byWord], [lower, this.byLetter]] as const) {
      for (const thing of new Set(found)) {
        for (const [code, count] of counted.get(thing) ?? []) counts.set(code, (counts.get(code) ?? 0) + count);
      }
    }
    const [[best, most], [, next]] = codes
      .map((code) => [code, counts.get(code) ?? 0] as const)
      .sort(([, one], [, other]) => other - one) as [[string, number], [string, number]]; // stable: the first of several
    return most >= 12 && 3 * most >= 4 * next ? best : 'unknown';
  }

  /** The script of most of the text's different letters, or the one language that is written in it. */
  private script(text: string): string {
    const counts = new Map([['latin', 0]]);
    for (const letter of new Set(text)) {
      const code = letter.codePointAt(0) ?? 0;
      const [, , script] = this.tables.scripts.find(([low, high]) => low <= code && code <= high) ?? [];
      if (script !== undefined) counts.set(script, (counts.get(script) ?? 0) + (script === 'zh' ? 3 : 1));
    }
    const [kana, han] = [counts.get('ja'), counts.get('zh')];
    if (kana !== undefined && han !== undefined) {
      counts.set('ja', kana + han);
      counts.delete('zh');
    }
    let best = 'latin';
    for (const [script, count] of counts) {
      const most = counts.get(best) ?? 0;
      if (count > most || (count === most && script > best)) best = script;
    }
    return best;
  }
}

/** Map each word or letter to what it counts for each of its k languages: 12 / k, without the fraction. */
function counted(of: readonly (readonly [string, readonly string[]])[]): Counts {
  const languages = new Map<string, Set<string>>();
  for (const [code, things] of of) {
    for (const thing of things) languages.set(thing, (languages.get(thing) ?? new Set()).add(code));
  }
  return new Map(
    [...languages].map(([thing, codes]) => [thing, new Map([...codes].map((code) => [code, Math.floor(12 / codes.size)]))]),
  );
}
