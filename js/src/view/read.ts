// Reads a saved comparison, which is hostile input: whoever wrote the notebook wrote it. Kinds and sizes are checked, what
// is not known is dropped, and what cannot be shown is refused in words for the reader.

import type { Answer, Comparison, Run } from '../messages';
import { growing } from './ui';

type Read<T> = (value: unknown, path: string) => T;

const LONGEST = 20_000_000; // characters of one text
const MOST = 100_000; // things in one list

function refuse(path: string, wanted: string): never {
  throw new Error(`This saved comparison cannot be shown: ${path || 'it'} should be ${wanted}.`);
}

const text: Read<string> = (value, path) =>
  typeof value === 'string' && value.length <= LONGEST ? value : refuse(path, 'text');
const flag: Read<boolean> = (value, path) => (typeof value === 'boolean' ? value : refuse(path, 'true or false'));
const number: Read<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(path, 'a number');
const whole: Read<number> = (value, path) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : refuse(path, 'a whole number');

const share: Read<number> = (value, path) =>
  number(value, path) >= 0 && (value as number) <= 1 ? (value as number) : refuse(path, 'a number from 0 to 1');

const oneOf =
  <T extends string>(...words: T[]): Read<T> =>
  (value, path) =>
    words.includes(value as T) ? (value as T) : refuse(path, `one of ${words.join(', ')}`);
const orNull =
  <T>(read: Read<T>): Read<T | null> =>
  (value, path) =>
    value === null ? null : read(value, path);
const maybe =
  <T>(read: Read<T>): Read<T | undefined> =>
  (value, path) =>
    value === undefined ? undefined : read(value, path);
const list =
  <T>(read: Read<T>): Read<T[]> =>
  (value, path) =>
    Array.isArray(value) && value.length <= MOST
      ? value.map((item, index) => read(item, `${path}[${index}]`))
      : refuse(path, 'a list');

type Fields<T> = { [K in keyof T]-?: Read<T[K]> };

const thing =
  <T>(fields: Fields<T>): Read<T> =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, 'an object');
    const made: Record<string, unknown> = {};
    for (const [name, read] of Object.entries<Read<unknown>>(fields)) {
      const own: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
      const found = read(own, path ? `${path}.${name}` : name);
      if (found !== undefined) made[name] = found;
    }
    return made as T;
  };

/** Made when it is first needed: what never reads a saved comparison, as the widget, carries none of it. */
function reader(): Read<Comparison> {
  const figure = maybe(orNull(number));
  const tokens = maybe(orNull(whole));
  const words = maybe(text);

  const answer: Read<Answer> = thing<Answer>({
    id: text,
    model: orNull(whole),
    label: words,
    repeat: whole,
    phase: oneOf('queued', 'waiting', 'streaming', 'done', 'failed', 'missing'),
    text: words,
    reasoning: words,
    host: words,
    badges: maybe(list(thing({ text, kind: maybe(oneOf('bad', 'warning', 'simulated')), title: words }))),
    failure: maybe(thing({ kind: text, message: text, hint: words, status: maybe(number) })),
    tries: maybe(whole),
    usd: figure,
    list_usd: figure,
    price: words,
    ttft_s: figure,
    latency_s: figure,
    tokens_per_s: figure,
    input_tokens: tokens,
    cached_tokens: tokens,
    output_tokens: tokens,
    reasoning_tokens: tokens,
    finish: words,
    request_id: words,
    served_model: words,
    started_at: words,
    scores: maybe(
      list(
        thing({ name: text, value: orNull(share), n: maybe(whole), won: maybe(whole), tied: maybe(whole), note: words }),
      ),
    ),
  });

  const run: Read<Run> = thing<Run>({
    id: text,
    name: text,
    created_at: text,
    status: oneOf('running', 'finished', 'interrupted', 'failed'),
    planned: whole,
    done: whole,
    repeats: whole,
    prompts: whole,
    tags: list(text),
    blind: flag,
    simulated: flag,
    cost: orNull(
      thing({
        usd: number,
        list_usd: number,
        priced: whole,
        calls: whole,
        simulated_usd: number,
        simulated_priced: whole,
        simulated_calls: whole,
      }),
    ),
    quoted: words,
    slowest_s: orNull(number),
    settings: (value, path) =>
      typeof value === 'object' && value ? (value as Record<string, unknown>) : refuse(path, 'an object'),
  });

  const cast = { id: text, by: text, at: text, prompt: text, note: words, blind: flag, order: list(text) };
  const pair = thing({ ...cast, kind: oneOf('pair'), a: text, b: text, winner: oneOf('a', 'b', 'tie', 'both_bad') });
  const rating = thing({ ...cast, kind: oneOf('rating'), answer: text, rating: whole });
  const kind = thing({ kind: oneOf('pair', 'rating') });

  return thing<Comparison>({
    routebook: (value, path) =>
      value === 1 ? 1 : refuse(path, typeof value === 'number' ? '1: a newer routebook wrote it, update this one' : '1'),
    run,
    models: list(
      thing({
        id: text,
        name: text,
        host: text,
        vendor: text,
        colour: whole,
        simulated: flag,
        summary: maybe(
          thing({
            calls: whole,
            errors: whole,
            cached: whole,
            priced: whole,
            cost_usd: orNull(number),
            usd_per_1k_calls: orNull(number),
            ttft_p50_s: orNull(number),
            ttft_p95_s: orNull(number),
            latency_p50_s: orNull(number),
            latency_p95_s: orNull(number),
            tokens_per_s: orNull(number),
          }),
        ),
        means: maybe(
          list(
            thing({
              name: text,
              value: share,
              n: whole,
              pairs: maybe((value, path) => (value === true ? value : refuse(path, 'true'))),
            }),
          ),
        ),
      }),
    ),
    prompts: list(
      thing({
        id: text,
        number: whole,
        text,
        system: words,
        earlier: maybe(list(thing({ role: text, text }))),
        tags: maybe(list(text)),
        images: maybe(list(thing({ name: text, bytes: whole }))),
        answers: list(answer),
      }),
    ),
    notes: list(text),
    votes: list((value, path) => (kind(value, path).kind === 'pair' ? pair : rating)(value, path)),
  });
}

let read: Read<Comparison> | undefined;

/**
 * A comparison from a value that was saved.
 * Throws an `Error` whose message can be shown when it is not one.
 */
export function readComparison(value: unknown): Comparison {
  read ??= reader();
  const comparison = read(value, '');
  const ids = new Set<string>();
  for (const prompt of comparison.prompts) {
    for (const one of [prompt, ...prompt.answers]) {
      if (ids.has(one.id)) refuse(`the id ${one.id.slice(0, 40)}`, 'used once');
      ids.add(one.id);
    }
    for (const { model } of prompt.answers) {
      if (model !== null && model >= comparison.models.length) refuse(`model ${model}`, 'in the list of models');
    }
  }
  return comparison;
}

/**
 * What is left of a run that was going on when its document was written: its kernel has ended since, or it is at work
 * (`busy`) and this page, loaded anew, does not hear of it.
 */
export function orphaned(left: Comparison, busy = false): Comparison {
  if (left.run.status !== 'running') return left;
  const load = `rb.load("${left.run.id.slice(0, 8)}")`;
  return {
    ...left,
    run: { ...left.run, status: 'interrupted' },
    prompts: busy
      ? left.prompts
      : left.prompts.map((prompt) => ({
          ...prompt,
          answers: prompt.answers.map((one) => (growing(one) ? { ...one, phase: 'missing' } : one)),
        })),
    notes: [
      ...left.notes,
      busy
        ? `This page was opened in the middle of the run and does not hear of it any more. When it has ended, ${load} shows all of it.`
        : `The kernel ended in the middle of this run. What had finished is shown; ${load} has what is in the store.`,
    ],
  };
}
