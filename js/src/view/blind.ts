// The order in which a blind page shows its answers: another for each prompt, always the same for the same prompt, so that
// what was judged is found again where it was.

import type { Answer } from '../messages';
import { column } from './ui';

/** FNV-1a, then mulberry32's mixing: texts that differ in their last letter have numbers that have nothing in common. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193);
  h += 0x6d2b79f5;
  h = Math.imul(h ^ (h >>> 15), h | 1);
  h ^= h + Math.imul(h ^ (h >>> 7), h | 61);
  return (h ^ (h >>> 14)) >>> 0;
}

/** The answers to one prompt, in the same random order in each repeat. */
export function shuffled(answers: readonly Answer[], runId: string, promptId: string): Answer[] {
  const ranks = new Map(answers.map((answer) => [answer, hash(`${runId} ${promptId} ${column(answer)}`)]));
  const rank = (answer: Answer): number => ranks.get(answer) ?? 0;
  return [...answers].sort((a, b) => a.repeat - b.repeat || rank(a) - rank(b));
}

/** What each answer (`Answer.id`) is called while it is blind, by the order in which they are shown. */
export function letters(answers: readonly Answer[]): Map<string, string> {
  const columns = [...new Set(answers.map(column))];
  return new Map(answers.map((answer) => [answer.id, `Answer ${letter(columns.indexOf(column(answer)))}`]));
}

/** A to Z, then AA, as src/routebook/render/blind.py. */
const letter = (index: number): string =>
  (index < 26 ? '' : letter(Math.floor(index / 26) - 1)) + String.fromCharCode(65 + (index % 26));
