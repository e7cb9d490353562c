// How an answer differs from another, word by word; what is alike is folded together where only a space is.

import { diffArrays } from 'diff';
import { useMemo } from 'preact/hooks';
import { visible } from './words';

export interface Piece {
  change: 'same' | 'removed' | 'added';
  text: string;
}

const WORDS = /\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;
const LINES = /[^\n]*\n|[^\n]+/g;
// The time a comparison takes grows with the number of edits; beyond this many, lines are compared, then nothing.
const MOST_EDITS = 2000;

/** The pieces of both texts in order; `null` when they have too little in common to compare. */
export function pieces(base: string, other: string): Piece[] | null {
  for (const parts of [WORDS, LINES]) {
    const [from, to]: string[][] = [base.match(parts) ?? [], other.match(parts) ?? []];
    const found = diffArrays<string>(from ?? [], to ?? [], { maxEditLength: MOST_EDITS });
    if (found) {
      return joined(
        found.map(({ added, removed, value }) => ({
          change: added ? 'added' : removed ? 'removed' : 'same',
          text: value.join(''),
        })),
      );
    }
  }
  return null;
}

/** A space between two changes is part of them: "one two" to "three four" is one change, not two. */
function joined(found: readonly Piece[]): Piece[] {
  const made: Piece[] = [];
  let [removed, added] = ['', ''];
  const flush = (): void => {
    if (removed) made.push({ change: 'removed', text: removed });
    if (added) made.push({ change: 'added', text: added });
    [removed, added] = ['', ''];
  };
  found.forEach(({ change, text }, index) => {
    if (change === 'removed') removed += text;
    else if (change === 'added') added += text;
    else if (removed && added && /^[^\S\n]+$/.test(text) && index < found.length - 1) {
      removed += text;
      added += text;
    } else {
      flush();
      made.push({ change, text });
    }
  });
  flush();
  return made;
}

const TAGS = { same: 'span', removed: 'del', added: 'ins' } as const;

export function DiffText({ base, other }: { base: string; other: string }) {
  const found = useMemo(() => pieces(base, other), [base, other]);
  if (!found) {
    return (
      <>
        <p class="rbv-soft">Too different to compare word by word; this is the whole answer.</p>
        <div class="rbv-diff">{visible(other)}</div>
      </>
    );
  }
  if (found.every(({ change }) => change === 'same')) {
    return (
      <>
        <p class="rbv-soft">The same, word for word.</p>
        <div class="rbv-diff">{visible(other)}</div>
      </>
    );
  }
  return (
    <div class="rbv-diff">
      {found.map(({ change, text }) => {
        const Tag = TAGS[change];
        return <Tag>{visible(text)}</Tag>;
      })}
    </div>
  );
}
