// Figures with their intervals, and what the policy gets beside single models.

import { modelWords } from '../policy/rules';
import { figure, signed, span, usd } from '../view/words';
import type { Estimate, Model, Policy } from './messages';

/** A figure, and under it its 95 % interval. */
export function Figure({ of, write, sign = false }: { of: Estimate; write: (value: number | null) => string; sign?: boolean }) {
  const money = write === usd;
  const interval = money ? dollars(of) : span(of.low, of.high, sign);
  return (
    <>
      {write(of.value)}
      {of.value !== null && interval !== 'unknown' && <small>{interval}</small>}
    </>
  );
}

const dollars = ({ low, high }: Estimate): string => (low === null || high === null ? 'unknown' : `${usd(low)} to ${usd(high)}`);

/** "0.84 (0.82 to 0.85)" */
export function estimateWords(of: Estimate, write: (value: number | null) => string): string {
  const interval = write === usd ? dollars(of) : span(of.low, of.high);
  return of.value === null || interval === 'unknown' ? write(of.value) : `${write(of.value)} (${interval})`;
}

/** What a policy gets and costs, in a few words. */
export const policyWords = ({ quality, usd_per_1k_prompts: cost }: Policy): string =>
  `quality ${estimateWords(quality, figure)}, ${cost.value === null ? 'cost unknown' : `${estimateWords(cost, usd)} per 1,000 prompts`}`;

/** What a model is called: with `simulated`, where not all of them are. */
export const nameOf = (model: Model, models: readonly Model[]): string =>
  modelWords(model.id, models) + (model.simulated && !models.every((one) => one.simulated) ? ' (simulated)' : '');

interface BesideProps {
  policy: Policy;
  models: readonly Model[];
}

export function Beside({ policy, models }: BesideProps) {
  return (
    <table class="rbv-sum rbp-beside">
      <thead>
        <tr>
          <th scope="col">On held-out prompts</th>
          <th scope="col">Quality</th>
          <th scope="col">Per 1,000 prompts</th>
        </tr>
      </thead>
      <tbody>
        <tr class="rbp-this">
          <th scope="row">This policy</th>
          <td><Figure of={policy.quality} write={figure} /></td>
          <td><Figure of={policy.usd_per_1k_prompts} write={usd} /></td>
        </tr>
        <tr class="rbp-gain">
          <th scope="row">against the best single model</th>
          <td><Figure of={policy.gain} write={signed} sign /></td>
          <td><Figure of={policy.cost_ratio} write={times} /></td>
        </tr>
        {models.filter(({ role }) => role).map((model) => (
          <tr key={model.id} class={`rbv-m${model.colour % 8}`}>
            <th scope="row">
              {nameOf(model, models)} <span class="rbv-soft">alone, {model.role.replace('best single', 'the best').replace('cheapest', 'the cheapest')}</span>
            </th>
            <td><Figure of={model.quality} write={figure} /></td>
            <td><Figure of={model.usd_per_1k_prompts} write={usd} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const times = (ratio: number | null): string => (ratio === null ? 'unknown' : `${figure(ratio)} × its cost`);
