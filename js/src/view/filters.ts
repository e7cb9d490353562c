// Which prompts the navigator lists, and in which order.

import type { Prompt, Vote } from '../messages';
import { listed } from './ui';
import { known } from './words';

export type Show = 'all' | 'disagreement' | 'errors' | 'unjudged';
export type Order = 'asked' | 'slowest' | 'dearest';

export interface Filter {
  /** Words that the prompt has to have, each of them. */
  words: string;
  /** Empty for any. */
  tag: string;
  show: Show;
  order: Order;
}

export const EVERYTHING: Filter = { words: '', tag: '', show: 'all', order: 'asked' };

interface Facts {
  text: string;
  disagreement: boolean;
  errors: boolean;
  slowest: number;
  dearest: number;
}

/** By prompt: a prompt that changes is a new value, so each is looked at once. */
const remembered = new WeakMap<Prompt, Facts>();

function factsOf(prompt: Prompt): Facts {
  const before = remembered.get(prompt);
  if (before) return before;
  const { answers } = prompt;
  const done = answers.filter(({ phase }) => phase === 'done');
  const facts = {
    text: `${prompt.number} ${prompt.text} ${prompt.system ?? ''}`.toLowerCase(),
    disagreement: new Set(done.map(({ text }) => plain(text ?? ''))).size > 1,
    errors: answers.some(({ phase }) => phase === 'failed'),
    slowest: Math.max(-1, ...answers.map(({ latency_s: time }) => (known(time) ? time : -1))),
    dearest: Math.max(-1, ...answers.map(listed).map((usd) => (known(usd) ? usd : -1))),
  };
  remembered.set(prompt, facts);
  return facts;
}

/** An answer as far as it counts for agreement: "**42.**" says what "42" says. */
const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}+\-/=<>%]+/gu, ' ').trim();

export function found(prompts: readonly Prompt[], votes: readonly Vote[], filter: Filter): Prompt[] {
  const { tag, show, order } = filter;
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  const judged = new Set(show === 'unjudged' ? votes.map((vote) => vote.prompt) : []);
  const left = prompts.filter((prompt) => {
    if (tag && !prompt.tags?.includes(tag)) return false;
    if (show === 'unjudged' && judged.has(prompt.id)) return false;
    if (show === 'all' && !words.length) return true;
    const facts = factsOf(prompt);
    if ((show === 'disagreement' || show === 'errors') && !facts[show]) return false;
    return words.every((word) => facts.text.includes(word));
  });
  return order === 'asked' ? left : left.sort((a, b) => factsOf(b)[order] - factsOf(a)[order]);
}
