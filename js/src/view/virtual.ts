// Which rows of a long list are in sight: only those are in the page.

export interface Sight {
  first: number;
  /** One past the last. */
  end: number;
}

const SPARE = 6; // rows above and below, so that scrolling shows no gaps

export function inSight(top: number, height: number, row: number, rows: number): Sight {
  const first = Math.max(0, Math.min(rows, Math.floor(top / row)) - SPARE);
  return { first, end: Math.min(rows, Math.ceil((top + height) / row) + SPARE) };
}

/** Where to scroll so that a row is in sight; as it is when it is already. */
export function scrolledTo(index: number, top: number, height: number, row: number): number {
  if (index * row < top) return index * row;
  return Math.max(top, (index + 1) * row - height);
}
