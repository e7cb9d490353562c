// Where the labels of points go, so that none lies on another, on a point, or outside of the frame.

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Labelled {
  x: number;
  y: number;
  text: string;
}

export interface Placed {
  /** The end of the text that is towards the point, and its middle line. */
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
}

const LETTER = 6.6;
const HEIGHT = 14;
const GAP = 9;
/** To the right of the point, to the left, above, below; and so many lines away. */
const PLACES = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [-1, -1], [1, 1], [-1, 1], [1, 2], [-1, -2]] as const;

/** Places for the labels, in the points' order, the first ones first; `null` where there is none that is free. */
export function placed(points: readonly Labelled[], taken: readonly Box[], frame: Box): (Placed | null)[] {
  const full = [...taken];
  return points.map(({ x, y, text }) => {
    const width = text.length * LETTER;
    const around = PLACES.map(([side, lines]): [Placed, Box] => {
      const place: Placed = { x: x + side * GAP, y: y + lines * HEIGHT, anchor: side > 0 ? 'start' : side < 0 ? 'end' : 'middle' };
      return [place, { x: place.x - (width * (1 - side)) / 2, y: place.y - HEIGHT / 2, width, height: HEIGHT }];
    });
    const free = around.find(([, box]) => within(box, frame) && !full.some((other) => overlap(box, other)));
    if (!free) return null;
    full.push(free[1]);
    return free[0];
  });
}

const within = (one: Box, frame: Box): boolean =>
  one.x >= frame.x && one.y >= frame.y && one.x + one.width <= frame.x + frame.width && one.y + one.height <= frame.y + frame.height;

export const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
