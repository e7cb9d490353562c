// Quality against cost: every stop of the slider, the policy that stands with its intervals, and each model alone.

import { figure, usd } from '../view/words';
import { estimateWords, nameOf, policyWords } from './figures';
import { placed, type Box, type Labelled } from './labels';
import { costScale, qualityScale } from './scale';
import type { Estimate, Model, Policy } from './messages';

const WIDTH = 400;
const HEIGHT = 270;
const FRAME = { x: 44, y: 10, width: WIDTH - 56, height: HEIGHT - 56 };
const DOT = 5;

interface ChartProps {
  policy: Policy;
  stops: readonly Policy[];
  models: readonly Model[];
}

interface Measured {
  quality: Estimate;
  usd_per_1k_prompts: Estimate;
}

export function Chart({ policy, stops, models }: ChartProps) {
  const singles = models.filter(known);
  const shown = stops.filter(known);
  const all: Measured[] = [...singles, ...shown, ...(known(policy) ? [policy] : [])];
  if (!all.length) return null;
  const x = costScale(all.flatMap((one) => ends(one.usd_per_1k_prompts)), FRAME.width);
  const y = qualityScale(all.flatMap((one) => ends(one.quality)), FRAME.height);
  const at = (one: Measured) => ({
    x: FRAME.x + x.place(one.usd_per_1k_prompts.value ?? 0),
    y: FRAME.y + FRAME.height - y.place(one.quality.value ?? 0),
  });
  const whiskers = ({ quality, usd_per_1k_prompts: cost }: Measured, place: { x: number; y: number }) => {
    const lines: string[] = [];
    if (quality.low !== null && quality.high !== null) {
      lines.push(`M${place.x} ${FRAME.y + FRAME.height - y.place(quality.low)}V${FRAME.y + FRAME.height - y.place(quality.high)}`);
    }
    if (cost.low !== null && cost.high !== null) {
      lines.push(`M${FRAME.x + x.place(cost.low)} ${place.y}H${FRAME.x + x.place(cost.high)}`);
    }
    return lines.join('');
  };
  const current = known(policy) ? at(policy) : null;
  const path = shown.map(at);
  const named: (Labelled & { name: string })[] = singles.map((model) => ({ ...at(model), text: nameOf(model, models), name: model.id }));
  const taken: Box[] = [...named, ...path, ...(current ? [current] : [])].map((one) => dot(one));
  const bars: Box[] = [...(current ? [{ one: policy as Measured, place: current }] : [])].flatMap(({ one, place }) => span(one, place, y.place));
  const here: Labelled[] = current ? [{ ...current, text: 'this policy' }] : [];
  const labels = placed([...here, ...named], [...taken, ...bars], { ...FRAME, x: FRAME.x + 2, width: FRAME.width + 10 });
  const words = [
    `Quality against cost. This policy: ${policyWords(policy)}.`,
    ...models.map((model) => `${nameOf(model, models)} alone: quality ${estimateWords(model.quality, figure)}, ${usd(model.usd_per_1k_prompts.value)}.`),
  ];
  return (
    <svg class="rbp-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.join(' ')}>
      {x.ticks.map((tick) => (
        <g key={`x${tick}`}>
          <path class="rbp-grid" d={`M${FRAME.x + x.place(tick)} ${FRAME.y}v${FRAME.height}`} />
          <text x={FRAME.x + x.place(tick)} y={FRAME.y + FRAME.height + 16} text-anchor="middle">{dollars(tick)}</text>
        </g>
      ))}
      {y.ticks.map((tick) => (
        <g key={`y${tick}`}>
          <path class="rbp-grid" d={`M${FRAME.x} ${FRAME.y + FRAME.height - y.place(tick)}h${FRAME.width}`} />
          <text x={FRAME.x - 6} y={FRAME.y + FRAME.height - y.place(tick)} dy="0.35em" text-anchor="end">{tick}</text>
        </g>
      ))}
      <text x={FRAME.x + FRAME.width / 2} y={HEIGHT - 8} text-anchor="middle">
        US dollars per 1,000 prompts{x.log && ' (logarithmic)'}
      </text>
      <text transform={`translate(11 ${FRAME.y + FRAME.height / 2}) rotate(-90)`} text-anchor="middle">quality, from 0 to 1</text>
      <path class="rbp-path" d={path.map((one, place) => `${place ? 'L' : 'M'}${one.x} ${one.y}`).join('')} />
      {path.map((one) => <circle key={`${one.x} ${one.y}`} class="rbp-stop" cx={one.x} cy={one.y} r={2.5} />)}
      {singles.map((model) => {
        const place = at(model);
        return (
          <g key={model.id} class={`rbv-m${model.colour % 8} rbp-single`}>
            <path d={whiskers(model, place)} />
            <circle cx={place.x} cy={place.y} r={DOT - 0.5} />
          </g>
        );
      })}
      {current && (
        <g class="rbp-here">
          <path d={whiskers(policy, current)} />
          <circle cx={current.x} cy={current.y} r={DOT + 1} />
        </g>
      )}
      {[...here, ...named].map((one, place) => {
        const label = labels[place];
        return label && (
          <text key={one.text} class={place < here.length ? 'rbp-label rbp-bold' : 'rbp-label'} x={label.x} y={label.y} text-anchor={label.anchor} dy="0.35em">
            {one.text}
          </text>
        );
      })}
    </svg>
  );
}

const known = ({ quality, usd_per_1k_prompts: cost }: Measured): boolean => quality.value !== null && cost.value !== null;

const ends = ({ value, low, high }: Estimate): number[] => [value, low, high].filter((one) => one !== null);

const dot = ({ x, y }: { x: number; y: number }): Box => ({ x: x - DOT, y: y - DOT, width: 2 * DOT, height: 2 * DOT });

/** Where the upright whisker is, so that no label is written over it. */
function span({ quality }: Measured, place: { x: number; y: number }, of: (value: number) => number): Box[] {
  if (quality.low === null || quality.high === null) return [];
  const top = FRAME.y + FRAME.height - of(quality.high);
  return [{ x: place.x - 1, y: top, width: 2, height: of(quality.high) - of(quality.low) }];
}

/** A tick's amount, without the zeros that say nothing. */
const dollars = (value: number): string => `$${value >= 0.0001 || value === 0 ? String(value) : value.toExponential()}`;

