// Axes: from values to places, with ticks a reader can count by.

export interface Scale {
  place: (value: number) => number;
  ticks: number[];
  log: boolean;
}

/** From this many times the least on, costs are shown on a logarithmic axis. */
const WIDE = 12;
const STEPS = [1, 2, 5];

/** An axis of costs over `length` pixels; logarithmic where they are far apart. */
export function costScale(values: readonly number[], length: number): Scale {
  const least = Math.min(...values);
  const most = Math.max(...values);
  if (least > 0 && most / least > WIDE) {
    const low = Math.log(least) - 0.06 * Math.log(most / least);
    const high = Math.log(most) + 0.06 * Math.log(most / least);
    const place = (value: number): number => ((Math.log(value) - low) / (high - low)) * length;
    const all = decades(least, most);
    const ticks = all.filter((tick) => Math.log(tick) >= low && Math.log(tick) <= high);
    return { place, ticks: ticks.length > 6 ? ticks.filter((tick) => Number.isInteger(Math.log10(tick))) : ticks, log: true };
  }
  return even(0, most * 1.06 || 1, length);
}

/** An axis of qualities over `length` pixels. */
export function qualityScale(values: readonly number[], length: number): Scale {
  const least = Math.min(...values);
  const most = Math.max(...values);
  const room = Math.max(0.02, 0.08 * (most - least));
  return even(Math.max(0, least - room), Math.min(1, most + room), length);
}

function even(low: number, high: number, length: number): Scale {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step); tick * step <= high + 1e-9; tick += 1) ticks.push(Number((tick * step).toPrecision(6)));
  return { place: (value) => ((value - low) / (high - low)) * length, ticks, log: false };
}

function decades(least: number, most: number): number[] {
  const made: number[] = [];
  for (let power = Math.floor(Math.log10(least)) - 1; power <= Math.ceil(Math.log10(most)); power += 1) {
    made.push(...STEPS.map((step) => Number((step * 10 ** power).toPrecision(6))));
  }
  return made;
}
