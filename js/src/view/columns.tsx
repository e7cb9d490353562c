// The answers to a prompt: side by side up to four, in rows when there are more, a row of its own for each repeat.

import type { ComponentChildren } from 'preact';
import type { Answer } from '../messages';

const MOST_COLUMNS = 4;

interface ColumnsProps {
  /** A list for each repeat. */
  rows: readonly (readonly Answer[])[];
  repeats: number;
  card: (answer: Answer, row: readonly Answer[]) => ComponentChildren;
}

export function Columns({ rows, repeats, card }: ColumnsProps) {
  return (
    <>
      {rows.map((row) => (
        <section key={row[0]?.repeat} aria-label={repeats > 1 ? named(row, repeats) : undefined}>
          {repeats > 1 && <h5 class="rbv-repeat">{named(row, repeats)}</h5>}
          <div class={`rbv-row rbv-n${columns(row.length)}`}>{row.map((answer) => card(answer, row))}</div>
        </section>
      ))}
      {!rows.length && <p class="rbv-none">No answer is shown: the models are hidden.</p>}
    </>
  );
}

const named = (row: readonly Answer[], repeats: number): string => `repeat ${(row[0]?.repeat ?? 0) + 1} of ${repeats}`;

/** Rows of equal length: six are three and three, not four and two. */
const columns = (cards: number): number => Math.ceil(cards / Math.ceil(cards / MOST_COLUMNS));

/** The answers of each repeat. */
export function byRepeat(answers: readonly Answer[]): Answer[][] {
  const rows = new Map<number, Answer[]>();
  for (const answer of answers) {
    const row = rows.get(answer.repeat);
    if (row) row.push(answer);
    else rows.set(answer.repeat, [answer]);
  }
  return [...rows.entries()].sort(([a], [b]) => a - b).map(([, row]) => row);
}
