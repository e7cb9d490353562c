// What only the page knows: what the reader has chosen to look at. Nothing of it is saved or sent.

import type { Answer, Comparison, Prompt } from '../messages';
import { known, type Figure } from './words';

export type Mode = 'answers' | 'diff' | 'table';
export type Format = 'rendered' | 'source' | 'json';
/** How the reader judges: which of two is better, or how good each is. */
export type Judging = 'pair' | 'rating';
export type Sort = 'asked' | 'cost' | 'first' | 'total' | 'speed';
/** What stays the same from prompt to prompt: a model's index, or a label while it is blind. */
export type Column = number | string;

export interface Ui {
  mode: Mode;
  format: Format;
  sort: Sort;
  hidden: ReadonlySet<Column>;
  /** What a diff starts from; `null` is the first that is shown. */
  base: Column | null;
  /** `Prompt.id`; `null` is the first. */
  prompt: string | null;
  /** Whether the page hides names, times and costs of a run that is not blind. */
  blind: boolean;
  judging: Judging;
  /** Whether answers are shown at their full height. */
  tall: boolean;
  /** Whether the selected prompt is the one that is being answered. */
  follow: boolean;
}

export type SetUi = (change: Partial<Ui>) => void;

export const START: Ui = {
  mode: 'answers',
  format: 'rendered',
  sort: 'asked',
  hidden: new Set(),
  base: null,
  prompt: null,
  blind: false,
  judging: 'pair',
  tall: false,
  follow: true,
};

export const column = (answer: Answer): Column => answer.label ?? answer.model ?? '';

export const growing = (answer: Answer): boolean =>
  answer.phase === 'queued' || answer.phase === 'waiting' || answer.phase === 'streaming';

export const selected = (comparison: Comparison, ui: Ui): Prompt | undefined =>
  comparison.prompts.find((prompt) => prompt.id === ui.prompt) ?? comparison.prompts[0];

/** The prompt to look at while a run goes on: the one looked at until it is answered, then the next that streams. */
export function followed(comparison: Comparison, ui: Ui): string | null {
  const now = selected(comparison, ui);
  if (!ui.follow || comparison.run.status !== 'running' || now?.answers.some(growing)) return now?.id ?? null;
  const next =
    comparison.prompts.find((prompt) => prompt.answers.some((answer) => answer.phase === 'streaming')) ??
    comparison.prompts.find((prompt) => prompt.answers.some(growing));
  return (next ?? now)?.id ?? null;
}

/** Whether a prompt's names, times and costs are hidden in the page: until it was judged. */
export function concealed(comparison: Comparison, prompt: Prompt, ui: Ui): boolean {
  if (!ui.blind || comparison.run.blind) return false;
  const votes = comparison.votes.filter((vote) => vote.prompt === prompt.id && vote.blind);
  const rated = new Set(votes.map((vote) => (vote.kind === 'rating' ? vote.answer : '')));
  const all = prompt.answers.every((answer) => answer.phase !== 'done' || rated.has(answer.id));
  return !(votes.some((vote) => vote.kind === 'pair') || (votes.length > 0 && all));
}

/** What it cost when it was asked. */
export const listed = (answer: Answer): Figure => answer.list_usd ?? answer.usd;

const FIGURE: Record<Exclude<Sort, 'asked'>, (answer: Answer) => Figure> = {
  cost: listed,
  first: (answer) => answer.ttft_s,
  total: (answer) => answer.latency_s,
  speed: (answer) => (known(answer.tokens_per_s) ? -answer.tokens_per_s : null),
};

/** Answers in the order wished, best first; those without the figure, and those that still grow, come last. */
export function sorted(answers: readonly Answer[], sort: Sort): Answer[] {
  if (sort === 'asked') return [...answers];
  const figure = (answer: Answer): number =>
    answer.phase === 'done' ? (FIGURE[sort](answer) ?? Infinity) : Infinity;
  return [...answers].sort((a, b) => {
    const [x, y] = [figure(a), figure(b)];
    return x === y ? 0 : x - y;
  });
}
