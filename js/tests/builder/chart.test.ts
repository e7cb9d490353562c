// The chart's parts: labels that lie on nothing, ticks a reader can count by.

import { describe, expect, it } from 'vitest';
import { overlap, placed, type Box } from '../../src/builder/labels';
import { costScale, qualityScale } from '../../src/builder/scale';

const FRAME: Box = { x: 0, y: 0, width: 300, height: 200 };

describe('labels', () => {
  it('stand to the right of their point where there is room, and else to the left', () => {
    expect(placed([{ x: 50, y: 100, text: 'small' }], [], FRAME)[0]?.anchor).toBe('start');
    expect(placed([{ x: 290, y: 100, text: 'small' }], [], FRAME)[0]?.anchor).toBe('end');
  });

  it('of points in one place lie apart', () => {
    const labels = placed([0, 1, 2, 3].map(() => ({ x: 150, y: 100, text: 'model' })), [], FRAME);
    const places = labels.map((one) => `${one?.x} ${one?.y} ${one?.anchor}`);
    expect(new Set(places).size).toBe(4);
  });

  it('are left out where nothing is free', () => {
    expect(placed([{ x: 150, y: 100, text: 'model' }], [FRAME], FRAME)).toEqual([null]);
  });

  it('do not touch what only shares an edge', () => {
    expect(overlap({ x: 0, y: 0, width: 5, height: 5 }, { x: 5, y: 0, width: 5, height: 5 })).toBe(false);
  });
});

describe('axes', () => {
  it('of costs far apart are logarithmic, with ticks of 1, 2 and 5', () => {
    const scale = costScale([0.2, 6], 300);
    expect(scale.log).toBe(true);
    expect(scale.ticks).toEqual([0.2, 0.5, 1, 2, 5]);
    expect(scale.place(0.2)).toBeGreaterThan(0);
    expect(scale.place(6)).toBeLessThan(300);
  });

  it('of costs near each other begin at zero', () => {
    const scale = costScale([2, 6], 300);
    expect([scale.log, scale.ticks[0], scale.place(0)]).toEqual([false, 0, 0]);
  });

  it('of costs that are nothing, or one, can be drawn', () => {
    for (const costs of [[0], [0, 1e-6], [3], [1e-9, 1e9]]) {
      const { ticks, place } = costScale(costs, 300);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThan(30);
      expect(costs.every((cost) => Number.isFinite(place(cost)))).toBe(true);
    }
  });

  it('of qualities stay within 0 and 1, also where all are the same', () => {
    const scale = qualityScale([1, 1], 300);
    expect(scale.place(1)).toBe(300);
    expect(Math.max(...scale.ticks)).toBeLessThanOrEqual(1);
  });
});
